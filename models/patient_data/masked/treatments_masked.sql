-- Treatments, which name nobody.
select
  treatment_id,
  visit_id,
  visit_date,
  drug,
  dose_value,
  dose_unit,
  frequency,
  start_date,
  end_date
from {{ ref('treatments') }}
