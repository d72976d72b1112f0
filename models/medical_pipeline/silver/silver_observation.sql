{{ config(
  unique_key='observation_id',
  post_hook="{{ remove_withdrawn_observations() }}",
) }}

with versions as (
  {{ newest_versions(ref('bronze_observation'), 'observation_id', observation_version_time('versions.payload')) }}
),

read as (
  select
    observation_id,
    {{ referenced_id("payload #>> '{subject,reference}'") }} as patient_id,
    {{ referenced_id("payload #>> '{performer,0,reference}'") }} as practitioner_id,
    {{ json_key('payload', 'code,coding,0,code') }} as code,
    {{ blank_to_null("payload #>> '{code,coding,0,display}'") }} as display,
    {{ blank_to_null("payload #>> '{category,0,coding,0,code}'") }} as category,
    privacy.try_numeric(payload #>> '{valueQuantity,value}') as value,
    {{ blank_to_null("payload #>> '{valueQuantity,unit}'") }} as unit,
    privacy.try_timestamptz(payload ->> 'effectiveDateTime') as effective_at,
    case
      when lower(payload ->> 'status')
        in ('registered', 'preliminary', 'final', 'amended', 'corrected', 'appended', 'cancelled', 'entered-in-error')
        then lower(payload ->> 'status')
      else 'unknown'
    end as status,
    last_updated,
    bronze_ingested_at
  from versions
),

known as (
  select
    read.observation_id, read.patient_id, read.practitioner_id, read.code, read.display, read.category,
    -- A number too great to be stored is no measurement.
    case when abs(round(read.value, 3)) < 1000000000 then read.value end::numeric(12, 3) as value,
    read.unit, read.effective_at, read.status, read.last_updated, read.bronze_ingested_at
  from read
  inner join {{ ref('silver_patient') }} as patients on patients.patient_id = read.patient_id
  where read.code is not null
    and read.status <> 'entered-in-error'
)

{{ select_changed('known', 'observation_id', [
  'patient_id', 'practitioner_id', 'code', 'display', 'category', 'value', 'unit', 'effective_at', 'status',
  'last_updated', 'bronze_ingested_at',
]) }}
