{{ config(
  incremental_strategy='append',
  indexes=[
    {'columns': ['drug']},
    {'columns': ['visit_id', 'visit_date']},
  ],
  post_hook="{{ ensure_bigserial('treatment_id') }}",
) }}

-- Treatments a visit does not have yet. Two are the same where all their fields are, missing ones too.
{%- set fields = ['dose_value', 'dose_unit', 'frequency', 'start_date', 'end_date'] %}
with arrived as (
  select distinct on (visits.visit_id, treatments.drug, treatments.{{ fields | join(', treatments.') }})
    visits.visit_id,
    visits.visit_date,
    treatments.drug,
    treatments.{{ fields | join(',\n    treatments.') }},
    treatments.arrival,
    treatments.place
  from {{ ref('stg_pt_treatments') }} as treatments
  inner join {{ ref('visits') }} as visits
    on visits.visit_number = treatments.visit_number and visits.visit_date = treatments.visit_date
  inner join {{ ref('patients') }} as patients
    on patients.patient_id = visits.patient_id and patients.mrn = treatments.mrn
  where treatments.error is null
  order by visits.visit_id, treatments.drug, treatments.{{ fields | join(', treatments.') }}, treatments.arrival, treatments.place
)

select
  {{ next_key('treatment_id', 'visit_id, arrival, place') }} as treatment_id,
  visit_id,
  visit_date,
  drug,
  {{ fields | join(',\n  ') }}
from arrived
{%- if is_incremental() %}
where not exists (
  select from {{ this }} as stored
  where stored.visit_id = arrived.visit_id
    and stored.drug = arrived.drug
    and (stored.{{ fields | join(', stored.') }})
      is not distinct from (arrived.{{ fields | join(', arrived.') }})
)
{%- endif %}
