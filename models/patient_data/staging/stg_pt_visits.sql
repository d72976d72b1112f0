-- One row for each visit of a loadable document, and why the visit is not loaded. The first patient
-- and the first date a visit came with are final.
with visits as (
  select
    documents.source,
    documents.position,
    documents.arrival,
    documents.mrn,
    item.place::integer as place,
    item.visit,
    {{ json_key('item.visit', 'visit_id') }} as visit_number,
    privacy.try_date({{ json_text('item.visit', 'date') }}) as visit_date
  from {{ ref('stg_pt_documents') }} as documents
  cross join lateral {{ json_items('documents.visits') }} with ordinality as item (visit, place)
  where documents.error is null
),

checked as (
  select
    *,
    case
      when visit_number is null then 'missing_visit_id'
      when visit_date is null then 'bad_visit_date'
      when visit_date > {{ as_of_date() }} then 'future_visit_date'
    end as own_error
  from visits
),

compared as (
  select
    *,
    first_value(mrn) over same_visit as first_mrn,
    first_value(visit_date) over same_visit as first_date
  from checked
  -- Those with an error of their own are no part of it.
  window same_visit as (partition by visit_number, own_error order by arrival, place)
)

select
  source,
  position,
  arrival,
  place,
  mrn,
  visit_number,
  visit_date,
  {{ json_text('visit', 'type') }} as visit_type,
  {{ json_text('visit', 'provider,npi') }} as provider_npi,
  {{ json_text('visit', 'provider,name') }} as provider_name,
  {{ json_text('visit', 'reason') }} as reason,
  visit -> 'diagnoses' as diagnoses,
  visit -> 'treatments' as treatments,
  visit -> 'notes' as notes,
  case
    when own_error is not null then own_error
    when mrn <> first_mrn then 'visit_patient_changed'
    when visit_date <> first_date then 'visit_date_changed'
  end as error
from compared
