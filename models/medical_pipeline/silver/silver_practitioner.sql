{{ config(unique_key='practitioner_id') }}

-- Rows of the CSV file, and FHIR resources from the inbox.
with versions as (
  {{ newest_versions(ref('bronze_practitioner'), 'practitioner_id', "privacy.try_timestamptz(coalesce(versions.payload ->> 'last_updated', versions.payload #>> '{meta,lastUpdated}'))") }}
),

read as (
  select
    practitioner_id,
    {{ blank_to_null("coalesce(payload ->> 'family', payload #>> '{name,0,family}')") }} as family_name,
    {{ blank_to_null("coalesce(payload ->> 'given', payload #>> '{name,0,given,0}')") }} as given_name,
    case
      when lower(payload ->> 'gender') in ('male', 'female', 'other') then lower(payload ->> 'gender')
      else 'unknown'
    end as gender,
    coalesce({{ blank_to_null("payload ->> 'specialty'") }}, 'Unspecified') as specialty,
    {{ blank_to_null("payload ->> 'organization'") }} as organization,
    last_updated,
    bronze_ingested_at
  from versions
)

{{ select_changed('read', 'practitioner_id', [
  'family_name', 'given_name', 'gender', 'specialty', 'organization', 'last_updated', 'bronze_ingested_at',
]) }}
