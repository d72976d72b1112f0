-- Visits by day of the week; 1 is Monday.
with figures as (
  select
    extract(isodow from visit_date)::integer as weekday_no,
    count(distinct patient_key) as patients,
    count(*) as visits
  from {{ ref('fact_visits') }}
  group by 1
)

select
  weekday_no,
  (array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])[weekday_no] as weekday,
  {{ shown('visits') }} as visits
from figures
