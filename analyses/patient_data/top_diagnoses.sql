-- The ten diagnoses most visits have.
select code, description, count(*) as visits
from {{ ref('diagnoses_masked') }}
group by code, description
order by visits desc, code
limit 10
