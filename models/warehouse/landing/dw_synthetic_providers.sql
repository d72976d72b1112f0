-- Generated providers, numbered from 1, with the edge rows behind them.
with drawn as (
  select
    n,
    {{ rand_int("'dw|provider|' || n || '|first'", 1, 100) }} as first_no,
    {{ rand_int("'dw|provider|' || n || '|last'", 1, 100) }} as last_no
  from generate_series(1, {{ var('dw_providers') }}) as n
),

generated as (
  select
    drawn.n as row_no,
    drawn.n::text as provider_id,
    'Dr. ' || first_names.first_name || ' ' || last_names.last_name as provider_name,
    -- In turn, so that every specialty has providers.
    (array[
      'Cardiology', 'Dermatology', 'Family medicine', 'Gastroenterology', 'Neurology', 'Oncology', 'Orthopedics',
      'Pediatrics'
    ])[1 + drawn.n % 8] as specialty
  from drawn
  inner join {{ ref('dw_first_names') }} as first_names on first_names.name_no = drawn.first_no
  inner join {{ ref('dw_last_names') }} as last_names on last_names.name_no = drawn.last_no
),

edge as (
  select
    {{ var('dw_providers') }} + row_number() over (order by provider_id, provider_name) as row_no,
    provider_id, provider_name, specialty
  from {{ ref('dw_edge_providers') }}
)

select * from generated
union all
select * from edge
