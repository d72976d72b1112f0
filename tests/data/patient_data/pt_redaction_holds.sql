{{ config(tags=['privacy']) }}

-- No redacted text holds its own patient's name, telephone number or e-mail address, however written.
with shown as (
  select notes.note_id, lower(notes.note_redacted) as note, patients.first_name, patients.last_name, patients.phone, patients.email
  from {{ ref('provider_notes_masked') }} as notes
  inner join {{ ref('visits') }} as visits on visits.visit_id = notes.visit_id and visits.visit_date = notes.visit_date
  inner join {{ ref('patients') }} as patients on patients.patient_id = visits.patient_id
)

select note_id
from shown
where position(' ' || lower(first_name) || ' ' in ' ' || note || ' ') > 0
  or position(' ' || lower(last_name) || ' ' in ' ' || note || ' ') > 0
  or position(lower(email) in note) > 0
  or position(regexp_replace(phone, '[^0-9]', '', 'g') in regexp_replace(note, '[^0-9]', '', 'g')) > 0
