-- Visits without the hospital's number and the provider's.
select
  visits.visit_id,
  visits.visit_date,
  visits.patient_id,
  visits.visit_type,
  visits.provider_name,
  {{ function('redact_text') }}(visits.reason, patients.first_name, patients.last_name) as reason_redacted
from {{ ref('visits') }} as visits
inner join {{ ref('patients') }} as patients on patients.patient_id = visits.patient_id
