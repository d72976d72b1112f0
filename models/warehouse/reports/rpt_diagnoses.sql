-- How often each diagnosis is made.
with figures as (
  select
    coalesce(diagnosis, 'Not recorded') as diagnosis,
    count(distinct patient_key) as patients,
    count(*) as visits,
    avg(cost_with_privacy) as avg_cost
  from {{ ref('fact_visits') }}
  group by 1
)

select
  diagnosis,
  {{ shown('patients') }} as patients,
  {{ shown('visits') }} as visits,
  {{ shown('round(avg_cost, 2)') }} as avg_cost,
  {{ shown('round(visits / sum(visits) over (), 4)') }} as share
from figures
