{{ config(unique_key='condition_id') }}

with versions as (
  {{ newest_versions(ref('bronze_condition'), 'condition_id', "privacy.try_timestamptz(coalesce(versions.payload #>> '{meta,lastUpdated}', versions.payload ->> 'recordedDate'))") }}
),

read as (
  select
    condition_id,
    {{ referenced_id("payload #>> '{subject,reference}'") }} as patient_id,
    {{ referenced_id("payload #>> '{asserter,reference}'") }} as practitioner_id,
    {{ json_key('payload', 'code,coding,0,code') }} as code,
    coalesce({{ json_key('payload', 'code,coding,0,system') }}, 'unknown') as code_system,
    {{ blank_to_null("payload #>> '{code,coding,0,display}'") }} as display,
    {{ blank_to_null("payload #>> '{category,0,text}'") }} as category,
    case
      when lower(payload #>> '{clinicalStatus,coding,0,code}')
        in ('active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved')
        then lower(payload #>> '{clinicalStatus,coding,0,code}')
      else 'unknown'
    end as clinical_status,
    privacy.try_date(payload ->> 'onsetDateTime') as onset_date,
    privacy.try_date(payload ->> 'abatementDateTime') as abatement_date,
    last_updated,
    bronze_ingested_at
  from versions
),

known as (
  select
    read.condition_id, read.patient_id, read.practitioner_id, read.code, read.code_system, read.display,
    read.category, read.clinical_status, read.onset_date,
    -- What ended before it began has no known end.
    case when read.abatement_date < read.onset_date then null else read.abatement_date end as abatement_date,
    read.last_updated, read.bronze_ingested_at
  from read
  inner join {{ ref('silver_patient') }} as patients on patients.patient_id = read.patient_id
  where read.code is not null
)

{{ select_changed('known', 'condition_id', [
  'patient_id', 'practitioner_id', 'code', 'code_system', 'display', 'category', 'clinical_status', 'onset_date',
  'abatement_date', 'last_updated', 'bronze_ingested_at',
]) }}
