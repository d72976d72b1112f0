-- One row for each treatment of a loadable visit. A dose such as `2.5 mg` is a number and a unit; any
-- other text is no dose.
with treatments as (
  select
    visits.source,
    visits.position,
    visits.arrival,
    item.place::integer as place,
    visits.mrn,
    visits.visit_number,
    visits.visit_date,
    item.treatment,
    {{ json_key('item.treatment', 'drug') }} as drug,
    regexp_match({{ json_text('item.treatment', 'dose') }}, '^([0-9]{1,7}(?:[.,][0-9]{1,3})?)\s*([[:alpha:]µ%/]+)?$') as dose
  from {{ ref('stg_pt_visits') }} as visits
  cross join lateral {{ json_items('visits.treatments') }} with ordinality as item (treatment, place)
  where visits.error is null
)

select
  source,
  position,
  arrival,
  place,
  mrn,
  visit_number,
  visit_date,
  drug,
  privacy.try_numeric(replace(dose[1], ',', '.'))::numeric(10, 3) as dose_value,
  dose[2] as dose_unit,
  {{ json_text('treatment', 'frequency') }} as frequency,
  privacy.try_date({{ json_text('treatment', 'start') }}) as start_date,
  privacy.try_date({{ json_text('treatment', 'end') }}) as end_date,
  case when drug is null then 'missing_drug' end as error
from treatments
