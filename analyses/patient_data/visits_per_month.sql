-- Visits of each month by type.
select date_trunc('month', visit_date)::date as month, visit_type, count(*) as visits
from {{ ref('visits_masked') }}
group by 1, 2
order by 1, 2
