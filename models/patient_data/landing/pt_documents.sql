-- Every document received, as it came: the lines of the file, then the inbox.
select
  'pt_patient_documents.jsonl' as source,
  line::bigint as position,
  payload_text,
  null::timestamptz as received_at
from {{ json_documents('pt_patient_documents') }}
union all
select 'pt_inbox.documents', document_id, payload_text, received_at
from {{ source('pt_inbox', 'documents') }}
