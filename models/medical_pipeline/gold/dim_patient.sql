select
  {{ surrogate_bigint(['patient_id']) }} as patient_key,
  patient_id,
  gender,
  extract(year from birth_date)::integer as birth_year,
  {{ age_years('birth_date') }} as age_years,
  {{ age_group('birth_date') }} as age_group,
  state
from {{ ref('silver_patient') }}
