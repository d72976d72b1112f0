{%- set partitions = year_partitions(2022, last_partition_year()) -%}
{{ config(
  incremental_strategy='merge',
  unique_key='visit_number',
  partition_by={
    'fields': ['visit_date'],
    'method': 'range',
    'granularity': 'year',
    'default_partition': true,
    'partitions': partitions,
  },
  indexes=[
    {'columns': ['patient_id']},
    {'columns': ['visit_date']},
    {'columns': ['visit_number']},
  ],
  pre_hook="{{ ensure_year_partitions(2022, last_partition_year()) }}",
  post_hook="{{ ensure_bigserial('visit_id') }}",
) }}

-- The newest document with a visit says what is known about it, but for its patient and its date,
-- which are final.
with newest as (
  select distinct on (visits.visit_number)
    visits.visit_number,
    visits.visit_date,
    patients.patient_id,
    visits.visit_type,
    visits.provider_npi,
    visits.provider_name,
    visits.reason
  from {{ ref('stg_pt_visits') }} as visits
  inner join {{ ref('patients') }} as patients on patients.mrn = visits.mrn
  where visits.error is null
  {%- if is_incremental() %}
    -- Both hold even after the document that brought them is gone.
    and not exists (
      select from {{ this }} as stored
      where stored.visit_number = visits.visit_number
        and (stored.visit_date, stored.patient_id) <> (visits.visit_date, patients.patient_id)
    )
  {%- endif %}
  order by visits.visit_number, visits.arrival desc, visits.place desc
),

keyed as (
  {{ select_with_key('newest', 'visit_id', 'visit_number') }}
)

{{ select_changed('keyed', 'visit_number', [
  'visit_id', 'visit_date', 'patient_id', 'visit_type', 'provider_npi', 'provider_name', 'reason',
]) }}
