{{ config(materialized='view') }}

-- Documents that are in no silver table, with the first reason that applies.
with received as (
  select 'Patient' as resource_type, source_file, source_line, payload, is_valid_json, resource_id
  from {{ ref('bronze_patient') }}
  union all
  select 'Practitioner', source_file, source_line, payload, is_valid_json, resource_id
  from {{ ref('bronze_practitioner') }}
  union all
  select 'Condition', source_file, source_line, payload, is_valid_json, resource_id
  from {{ ref('bronze_condition') }}
  union all
  select 'Observation', source_file, source_line, payload, is_valid_json, resource_id
  from {{ ref('bronze_observation') }}
),

judged as (
  select
    received.resource_type,
    received.source_file,
    received.source_line,
    received.resource_id,
    case
      when not received.is_valid_json then 'malformed_json'
      when received.resource_id is null then 'missing_id'
      when received.resource_type in ('Patient', 'Practitioner') then null
      when received.resource_type = 'Observation' and lower(received.payload ->> 'status') = 'entered-in-error'
        then 'entered_in_error'
      when {{ json_key('received.payload', 'code,coding,0,code') }} is null then 'missing_code'
      when patients.patient_id is null then 'unknown_patient'
    end as reason
  from received
  left join {{ ref('silver_patient') }} as patients
    on patients.patient_id = {{ referenced_id("received.payload #>> '{subject,reference}'") }}
)

select resource_type, source_file, source_line, resource_id, reason
from judged
where reason is not null
