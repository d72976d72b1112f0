-- Each document is in bronze, byte for byte.
with bronze as (
  select 'patient' as resource_type, source_file, source_line, raw_text from {{ ref('bronze_patient') }}
  union all
  select 'practitioner', source_file, source_line, raw_text from {{ ref('bronze_practitioner') }}
  union all
  select 'condition', source_file, source_line, raw_text from {{ ref('bronze_condition') }}
  union all
  select 'observation', source_file, source_line, raw_text from {{ ref('bronze_observation') }}
)

select documents.resource_type, documents.source_file, documents.source_line
from {{ ref('mp_documents') }} as documents
left join bronze
  on bronze.resource_type = lower(documents.resource_type)
  and bronze.source_file = documents.source_file
  and bronze.source_line = documents.source_line
  and bronze.raw_text = documents.payload_text
where bronze.source_file is null
  and lower(documents.resource_type) in ('patient', 'practitioner', 'condition', 'observation')
