-- The whole warehouse in one row.
with visits as (
  select
    count(*) as visits,
    count(*) filter (where visit_date > {{ as_of_date() }} - interval '12 months') as visits_last_12_months,
    round(avg(cost_with_privacy), 2) as avg_cost,
    sum(cost_with_privacy) as total_cost,
    min(visit_date) as first_visit_date,
    max(visit_date) as last_visit_date
  from {{ ref('fact_visits') }}
)

select
  (select count(*) from {{ ref('dim_patients') }}) as patients,
  (select count(*) from {{ ref('dim_providers') }}) as providers,
  visits.*
from visits
