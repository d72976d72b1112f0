{{ config(
  incremental_strategy='append',
  indexes=[{'columns': ['visit_id', 'visit_date']}],
  post_hook="{{ ensure_bigserial('note_id') }}",
) }}

-- Notes a visit does not have yet. A note without a time or an author is the same as its copy too.
with arrived as (
  select distinct on (visits.visit_id, notes.author, notes.noted_at, notes.note_text)
    visits.visit_id,
    visits.visit_date,
    notes.author,
    notes.noted_at,
    notes.note_text,
    notes.arrival,
    notes.place
  from {{ ref('stg_pt_notes') }} as notes
  inner join {{ ref('visits') }} as visits
    on visits.visit_number = notes.visit_number and visits.visit_date = notes.visit_date
  inner join {{ ref('patients') }} as patients
    on patients.patient_id = visits.patient_id and patients.mrn = notes.mrn
  order by visits.visit_id, notes.author, notes.noted_at, notes.note_text, notes.arrival, notes.place
)

select
  {{ next_key('note_id', 'visit_id, arrival, place') }} as note_id,
  visit_id,
  visit_date,
  author,
  noted_at,
  note_text
from arrived
{%- if is_incremental() %}
where not exists (
  select from {{ this }} as stored
  where stored.visit_id = arrived.visit_id
    and stored.note_text = arrived.note_text
    and (stored.author, stored.noted_at) is not distinct from (arrived.author, arrived.noted_at)
)
{%- endif %}
