-- Notes with everything taken out that points at the patient.
select
  notes.note_id,
  notes.visit_id,
  notes.visit_date,
  notes.author,
  notes.noted_at,
  {{ function('redact_text') }}(notes.note_text, patients.first_name, patients.last_name) as note_redacted
from {{ ref('provider_notes') }} as notes
inner join {{ ref('visits') }} as visits
  on visits.visit_id = notes.visit_id and visits.visit_date = notes.visit_date
inner join {{ ref('patients') }} as patients on patients.patient_id = visits.patient_id
