-- One row for each visit of a loadable document, and why the visit is not loaded. The first date a
-- visit came with is final.
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

dated as (
  select
    *,
    case
      when own_error is null
        then first_value(visit_date) over (partition by visit_number, own_error order by arrival, place)
    end as first_date
  from checked
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
  coalesce(own_error, case when visit_date <> first_date then 'visit_date_changed' end) as error
from dated
