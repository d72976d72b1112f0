-- The ten drugs most often given.
select drug, count(*) as treatments
from {{ ref('treatments_masked') }}
group by drug
order by treatments desc, drug
limit 10
