{%- set partitions = year_partitions(first_kept_year(), last_partition_year()) -%}
{{ config(
  incremental_strategy='append',
  partition_by={
    'fields': ['visit_date'],
    'method': 'range',
    'granularity': 'year',
    'default_partition': false,
    'partitions': partitions,
  },
  indexes=[
    {'columns': ['patient_key']},
    {'columns': ['provider_key']},
    {'columns': ['visit_date']},
  ],
  pre_hook="{{ ensure_year_partitions(first_kept_year(), last_partition_year()) }}",
  post_hook="{{ audited_reader('get_fact_visits') }}",
) }}

-- Visits not stored yet, with noise on the cost. The noise belongs to the visit: reading or building
-- again does not draw it anew, so it cannot be averaged away.
with new_visits as (
  select visits.*
  from {{ ref('stg_visits') }} as visits
  where visits.visit_date >= date '{{ first_kept_year() }}-01-01'
  {%- if is_incremental() %}
    and not exists (select from {{ this }} as stored where stored.visit_key = visits.visit_id)
  {%- endif %}
)

select
  new_visits.visit_id as visit_key,
  patients.patient_key,
  providers.provider_key,
  new_visits.visit_date,
  new_visits.diagnosis,
  new_visits.procedure_performed,
  new_visits.cost,
  greatest(
    0,
    new_visits.cost
      + privacy.laplace_noise(new_visits.visit_id::text, {{ var('dw_epsilon') }}, {{ var('dw_sensitivity') }})::numeric
  )::numeric(10, 2) as cost_with_privacy,
  {{ var('dw_epsilon') }}::numeric(6, 3) as privacy_epsilon
from new_visits
inner join {{ ref('dim_patients') }} as patients on patients.patient_id = new_visits.patient_id
inner join {{ ref('dim_providers') }} as providers on providers.provider_id = new_visits.provider_id
