-- A change is the difference of the two values beside it, over the days between the two dates.
select biomarker_id, previous_value, value, absolute_change, days_since_previous
from {{ ref('mart_biomarker_trends') }}
where previous_value is not null
  and (
    absolute_change is distinct from value - previous_value
    or days_since_previous is distinct from test_date - previous_test_date
    or days_since_previous < 0
  )
