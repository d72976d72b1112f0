{{ config(unique_key='patient_id') }}

with versions as (
  {{ newest_versions(ref('bronze_patient'), 'patient_id', "privacy.try_timestamptz(versions.payload #>> '{meta,lastUpdated}')") }}
),

read as (
  select
    patient_id,
    {{ blank_to_null("payload #>> '{name,0,family}'") }} as family_name,
    {{ blank_to_null("payload #>> '{name,0,given,0}'") }} as given_name,
    case
      when lower(payload ->> 'gender') in ('male', 'female', 'other') then lower(payload ->> 'gender')
      else 'unknown'
    end as gender,
    -- Nobody is born after today: such a date is as impossible as 31 February.
    case
      when privacy.try_date(payload ->> 'birthDate') <= {{ as_of_date() }} then privacy.try_date(payload ->> 'birthDate')
    end as birth_date,
    {{ telecom_value('payload', 'phone') }} as phone,
    {{ telecom_value('payload', 'email') }} as email,
    {{ blank_to_null("payload #>> '{address,0,city}'") }} as city,
    {{ blank_to_null("payload #>> '{address,0,state}'") }} as state,
    {{ blank_to_null("payload #>> '{address,0,postalCode}'") }} as postal_code,
    {{ referenced_id("payload #>> '{generalPractitioner,0,reference}'") }} as practitioner_id,
    last_updated,
    bronze_ingested_at
  from versions
)

{{ select_changed('read', 'patient_id', [
  'family_name', 'given_name', 'gender', 'birth_date', 'phone', 'email', 'city', 'state', 'postal_code',
  'practitioner_id', 'last_updated', 'bronze_ingested_at',
]) }}
