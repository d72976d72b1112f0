-- Visits of each month. The moving average takes the figures as shown, so it gives away no hidden one.
with figures as (
  select
    date_trunc('month', visit_date)::date as month,
    count(distinct patient_key) as patients,
    count(*) as visits,
    sum(cost_with_privacy) as total_cost
  from {{ ref('fact_visits') }}
  group by 1
),

masked as (
  select
    month,
    {{ shown('visits') }} as visits,
    {{ shown('patients') }} as patients,
    {{ shown('total_cost') }} as total_cost
  from figures
)

select
  month,
  visits,
  patients,
  total_cost,
  round(avg(visits) over (order by month rows between 2 preceding and current row), 1) as visits_moving_avg_3
from masked
