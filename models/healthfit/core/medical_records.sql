{{ config(
  indexes=[
    {'columns': ['date_of_birth']},
    {'columns': ['medical_conditions'], 'type': 'gin'},
  ] if var('hf_indexes') else [],
) }}

select
  patient_id,
  full_name,
  date_of_birth,
  gender,
  medical_conditions,
  medications,
  allergies,
  last_appointment_date,
  trackers[1] as tracker_preference
from {{ ref('stg_hf_medical_records') }}
