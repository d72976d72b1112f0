{# The Medical Pipeline's way in for single resources: anything may append, the next build ingests. #}
{% macro create_pipeline_inbox() %}
select pg_advisory_xact_lock(hashtext('health_warehouse set-up'));
create schema if not exists mp_inbox;
create table if not exists mp_inbox.events (
  event_id bigint generated always as identity primary key,
  resource_type text not null,
  payload_text text not null,
  received_at timestamptz not null default clock_timestamp()
);
{% endmacro %}


{#
  Documents of one resource type as bronze keeps them: the text as it was received, and what can be
  read of it. Only those that are not there yet: a changed line is a new row, nothing is rewritten.
#}
{% macro received_rows(resource_type) %}
with documents as (
  select
    source_file,
    source_line,
    payload_text as raw_text,
    privacy.try_jsonb(payload_text) as payload,
    md5(payload_text) as payload_md5
  from {{ ref('mp_documents') }}
  where lower(resource_type) = '{{ resource_type | lower }}'
)

select
  documents.source_file,
  documents.source_line,
  documents.raw_text,
  documents.payload,
  documents.payload is not null as is_valid_json,
  coalesce({{ json_key('documents.payload', 'id') }}, {{ json_key('documents.payload', resource_type | lower ~ '_id') }}) as resource_id,
  documents.payload_md5,
  timestamptz '{{ run_started_at }}' as ingested_at
from documents
{%- if is_incremental() %}
where not exists (
  select from {{ this }} as stored
  where stored.source_file = documents.source_file
    and stored.source_line = documents.source_line
    and stored.payload_md5 = documents.payload_md5
)
{%- endif %}
{% endmacro %}


{#
  The version of each resource that counts: the one updated last, of two of one time the one received
  last. On later runs only resources that silver lacks, or of which something came in since.
#}
{% macro newest_versions(bronze, key, last_updated) %}
select distinct on (versions.resource_id)
  versions.resource_id as {{ key }},
  versions.payload,
  {{ last_updated }} as last_updated,
  versions.ingested_at as bronze_ingested_at
from {{ bronze }} as versions
{%- if is_incremental() %}
left join {{ this }} as stored on stored.{{ key }} = versions.resource_id
{%- endif %}
where versions.resource_id is not null
{%- if is_incremental() %}
  and (
    stored.{{ key }} is null
    or exists (
      select from {{ bronze }} as later
      where later.resource_id = versions.resource_id
        and later.ingested_at > stored.bronze_ingested_at
    )
  )
{%- endif %}
order by versions.resource_id, {{ last_updated }} desc nulls last, versions.ingested_at desc,
  versions.source_file desc, versions.source_line desc
{% endmacro %}


{# The id behind the last slash: Patient/pat-0001 is pat-0001. #}
{% macro referenced_id(expression) -%}
  {{ blank_to_null("regexp_replace(" ~ expression ~ ", '^.*/', '')") }}
{%- endmacro %}


{# When a version of an observation was made. #}
{% macro observation_version_time(payload) -%}
  privacy.try_timestamptz(coalesce({{ payload }} #>> '{meta,lastUpdated}', {{ payload }} ->> 'effectiveDateTime'))
{%- endmacro %}


{# Post-hook: an observation whose newest version says that it was entered in error does not stay. #}
{% macro remove_withdrawn_observations() %}
delete from {{ this }} as stored
using (
  select distinct on (resource_id) resource_id, lower(payload ->> 'status') as status
  from {{ ref('bronze_observation') }}
  where resource_id is not null
  order by resource_id, {{ observation_version_time('payload') }} desc nulls last, ingested_at desc,
    source_file desc, source_line desc
) as newest
where newest.resource_id = stored.observation_id
  and newest.status = 'entered-in-error'
{% endmacro %}


{# The first telephone number or e-mail address of a resource. #}
{% macro telecom_value(payload, system) -%}
  nullif(trim(jsonb_path_query_first({{ payload }}, '$.telecom[*] ? (@.system == "{{ system }}").value') #>> '{}'), '')
{%- endmacro %}
