-- One row a code. Of several names of one code the most used one is shown.
select
  {{ surrogate_bigint(['code_system', 'code']) }} as condition_key,
  code,
  code_system,
  mode() within group (order by display) as display,
  mode() within group (order by category) as category
from {{ ref('silver_condition') }}
group by code_system, code
