-- One row for each document: the patient's own fields, and why the document is not loaded.
with parsed as (
  select
    source,
    position,
    {{ arrival_order() }} as arrival,
    privacy.try_jsonb(payload_text) as payload
  from {{ ref('pt_documents') }}
),

fields as (
  select
    source,
    position,
    arrival,
    payload,
    upper({{ json_key('payload', 'patient,mrn') }}) as mrn,
    {{ json_text('payload', 'patient,name,first') }} as first_name,
    {{ json_text('payload', 'patient,name,last') }} as last_name,
    {{ json_text('payload', 'patient,dob') }} as birth_text,
    privacy.try_date({{ json_text('payload', 'patient,dob') }}) as date_of_birth,
    lower({{ json_text('payload', 'patient,gender') }}) as gender,
    {{ json_text('payload', 'patient,contact,phone') }} as phone,
    lower({{ json_text('payload', 'patient,contact,email') }}) as email,
    {{ json_text('payload', 'patient,contact,address,line') }} as address_line,
    {{ json_text('payload', 'patient,contact,address,city') }} as city,
    upper({{ json_text('payload', 'patient,contact,address,state') }}) as state,
    {{ json_text('payload', 'patient,contact,address,zip') }} as postal_code,
    {{ json_text('payload', 'patient,ssn') }} as ssn
  from parsed
),

hashed as (
  select *, privacy.hash_pii(mrn) as mrn_hash
  from fields
)

select
  hashed.source,
  hashed.position,
  hashed.arrival,
  hashed.mrn,
  hashed.first_name,
  hashed.last_name,
  hashed.date_of_birth,
  hashed.gender,
  hashed.phone,
  hashed.email,
  hashed.address_line,
  hashed.city,
  hashed.state,
  hashed.postal_code,
  hashed.ssn,
  'P-' || left(hashed.mrn_hash, 16) as pseudonym,
  hashed.payload -> 'visits' as visits,
  case
    when hashed.payload is null then 'malformed_json'
    when jsonb_typeof(hashed.payload -> 'patient') is distinct from 'object' then 'not_a_patient_document'
    when hashed.mrn is null then 'missing_mrn'
    when erasures.mrn_hash is not null then 'erased'
    when hashed.birth_text is not null and hashed.date_of_birth is null then 'bad_date_of_birth'
    when hashed.date_of_birth > {{ as_of_date() }} then 'bad_date_of_birth'
  end as error
from hashed
left join {{ source('pt_registry', 'erasures') }} as erasures on erasures.mrn_hash = hashed.mrn_hash
