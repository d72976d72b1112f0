{{ config(
  incremental_strategy='append',
  indexes=[
    {'columns': ['code']},
    {'columns': ['visit_id', 'visit_date']},
  ],
  post_hook="{{ ensure_bigserial('diagnosis_id') }}",
) }}

-- Diagnoses a visit does not have yet. The first one a visit came with is its primary diagnosis.
with arrived as (
  select distinct on (visits.visit_id, diagnoses.code)
    visits.visit_id,
    visits.visit_date,
    diagnoses.code,
    diagnoses.code_system,
    diagnoses.description,
    diagnoses.arrival,
    diagnoses.place
  from {{ ref('stg_pt_diagnoses') }} as diagnoses
  inner join {{ ref('visits') }} as visits
    on visits.visit_number = diagnoses.visit_number and visits.visit_date = diagnoses.visit_date
  inner join {{ ref('patients') }} as patients
    on patients.patient_id = visits.patient_id and patients.mrn = diagnoses.mrn
  where diagnoses.error is null
  order by visits.visit_id, diagnoses.code, diagnoses.arrival, diagnoses.place
),

ranked as (
  select *, row_number() over (partition by visit_id order by arrival, place) as rank_in_visit
  from arrived
)

select
  {{ next_key('diagnosis_id', 'visit_id, arrival, place') }} as diagnosis_id,
  visit_id,
  visit_date,
  code,
  code_system,
  description,
  rank_in_visit = 1
  {%- if is_incremental() %}
    and not exists (select from {{ this }} as stored where stored.visit_id = ranked.visit_id and stored.is_primary)
  {%- endif %} as is_primary
from ranked
{%- if is_incremental() %}
where not exists (
  select from {{ this }} as stored
  where stored.visit_id = ranked.visit_id and stored.code = ranked.code
)
{%- endif %}
