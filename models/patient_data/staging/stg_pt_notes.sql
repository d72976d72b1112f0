-- One row for each note of a loadable visit. A note without text says nothing and is left out.
select
  visits.source,
  visits.position,
  visits.arrival,
  item.place::integer as place,
  visits.mrn,
  visits.visit_number,
  visits.visit_date,
  {{ json_text('item.note', 'author') }} as author,
  privacy.try_timestamptz({{ json_text('item.note', 'at') }}) as noted_at,
  {{ json_text('item.note', 'text') }} as note_text
from {{ ref('stg_pt_visits') }} as visits
cross join lateral {{ json_items('visits.notes') }} with ordinality as item (note, place)
where visits.error is null
  and {{ json_text('item.note', 'text') }} is not null
