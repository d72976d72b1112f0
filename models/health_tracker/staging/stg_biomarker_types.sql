select
  biomarker_type_id,
  loinc_code,
  name as biomarker_name,
  category as biomarker_category,
  default_unit as standard_unit,
  value_kind,
  reference_low,
  reference_high
from {{ ref('biomarker_types') }}
