select
  records.patient_id,
  coalesce({{ age_group('records.date_of_birth') }}, 'Unknown') as age_group,
  records.gender,
  records.medical_conditions,
  records.last_appointment_date
from {{ ref('medical_records') }} as records
where not exists (
  select from {{ ref('medical_record_and_trackers') }} as worn
  where worn.patient_id = records.patient_id
)
