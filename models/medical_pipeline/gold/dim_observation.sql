-- One row a code. Of several names or units of one code the most used one is shown.
select
  {{ surrogate_bigint(['code']) }} as observation_key,
  code,
  mode() within group (order by display) as display,
  mode() within group (order by category) as category,
  mode() within group (order by unit) as unit
from {{ ref('silver_observation') }}
group by code
