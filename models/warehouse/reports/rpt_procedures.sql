-- How often each procedure is performed.
with figures as (
  select
    coalesce(procedure_performed, 'Not recorded') as procedure_performed,
    count(distinct patient_key) as patients,
    count(*) as visits,
    avg(cost_with_privacy) as avg_cost
  from {{ ref('fact_visits') }}
  group by 1
)

select
  procedure_performed,
  {{ shown('visits') }} as visits,
  {{ shown('round(avg_cost, 2)') }} as avg_cost
from figures
