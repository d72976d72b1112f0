-- Everything that was received, one document a row: the lines of the files, and the inbox.
select
  'Patient' as resource_type,
  'mp_patients.jsonl' as source_file,
  line::bigint as source_line,
  payload_text,
  null::timestamptz as received_at
from {{ json_documents('mp_patients') }}
union all
select 'Condition', 'mp_conditions.jsonl', line::bigint, payload_text, null
from {{ json_documents('mp_conditions') }}
union all
select 'Observation', 'mp_observations.jsonl', line::bigint, payload_text, null
from {{ json_documents('mp_observations') }}
union all
-- A row of the CSV file as a JSON object. Seeds are loaded in the order of the file, so the place of
-- a row in the table tells its line; the header is line 1.
select
  'Practitioner',
  'mp_practitioners.csv',
  row_number() over (order by ctid) + 1,
  jsonb_build_object(
    'practitioner_id', practitioner_id, 'family', family, 'given', given, 'gender', gender,
    'specialty', specialty, 'organization', organization, 'last_updated', last_updated
  )::text,
  null
from {{ ref('mp_practitioners') }}
union all
select resource_type, 'inbox', event_id, payload_text, received_at
from {{ source('mp_inbox', 'events') }}
