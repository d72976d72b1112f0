-- One row for each diagnosis of a loadable visit.
with diagnoses as (
  select
    visits.source,
    visits.position,
    visits.arrival,
    item.place::integer as place,
    visits.mrn,
    visits.visit_number,
    visits.visit_date,
    upper({{ json_key('item.diagnosis', 'code') }}) as code,
    {{ json_text('item.diagnosis', 'system') }} as code_system,
    {{ json_text('item.diagnosis', 'description') }} as description
  from {{ ref('stg_pt_visits') }} as visits
  cross join lateral {{ json_items('visits.diagnoses') }} with ordinality as item (diagnosis, place)
  where visits.error is null
)

select *, case when code is null then 'missing_diagnosis_code' end as error
from diagnoses
