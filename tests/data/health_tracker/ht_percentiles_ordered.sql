-- Smallest, percentiles and greatest value of a type rise in this order.
select biomarker_type_id
from {{ ref('mart_biomarker_statistics') }}
where not (
  min_value <= p05 and p05 <= p25 and p25 <= median_value
  and median_value <= p75 and p75 <= p95 and p95 <= max_value
)
