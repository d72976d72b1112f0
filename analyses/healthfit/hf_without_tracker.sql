-- Who wears no device yet, the ones seen last first?
select patient_id, age_group, gender, medical_conditions, last_appointment_date
from {{ ref('hf_patients_without_tracker') }}
order by last_appointment_date desc nulls last, patient_id
