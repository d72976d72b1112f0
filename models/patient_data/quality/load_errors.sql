{{ config(schema='pt_base') }}

-- What was not loaded, and why. No personal data: the place in the file or the inbox is enough to look.
with errors as (
  select source, position, null::text as visit_number, error as reason
  from {{ ref('stg_pt_documents') }}
  where error is not null
  union all
  select source, position, visit_number, error
  from {{ ref('stg_pt_visits') }}
  where error is not null
  union all
  -- The document that brought the stored patient and date may be gone from the file.
  select
    received.source,
    received.position,
    received.visit_number,
    case when patients.mrn <> received.mrn then 'visit_patient_changed' else 'visit_date_changed' end
  from {{ ref('stg_pt_visits') }} as received
  inner join {{ ref('visits') }} as stored on stored.visit_number = received.visit_number
  inner join {{ ref('patients') }} as patients on patients.patient_id = stored.patient_id
  where received.error is null
    and (patients.mrn, stored.visit_date) <> (received.mrn, received.visit_date)
  union all
  select source, position, visit_number, error
  from {{ ref('stg_pt_diagnoses') }}
  where error is not null
  union all
  select source, position, visit_number, error
  from {{ ref('stg_pt_treatments') }}
  where error is not null
)

select source, position, visit_number, reason
from errors
