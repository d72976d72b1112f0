select
  reading_at::date as day,
  metric,
  count(*) as readings,
  count(distinct patient_id) as patients,
  round(avg(value), 1)::numeric(10, 1) as avg_value
from {{ ref('device_readings') }}
group by 1, 2
