-- Generated patients, numbered from 1, with the edge rows behind them. The first n are the same for
-- any `dw_patients` >= n. Everything is text, as a hospital's export would be.
with numbered as (
  select n, 'dw|patient|' || n as key
  from generate_series(1, {{ var('dw_patients') }}) as n
),

drawn as (
  select
    n,
    {{ rand_int("key || '|first'", 1, 100) }} as first_no,
    {{ rand_int("key || '|last'", 1, 100) }} as last_no,
    -- One of five spans of years, all equally likely, so that each age group has members.
    {{ rand_int("key || '|span'", 1, 5) }} as span,
    {{ rand_unit("key || '|age'") }} as age_draw,
    {{ rand_unit("key || '|gender'") }} as gender_draw,
    {{ pick("key || '|state'", ['MA', 'NY', 'IL', 'OH', 'GA', 'TX', 'CA', 'WA']) }} as state,
    {{ rand_int("key || '|house'", 1, 999) }} as house,
    {{ pick("key || '|street'", [
      'Maple Street', 'Cedar Avenue', 'Birch Lane', 'Willow Road', 'Poplar Way',
    ]) }} as street,
    {{ rand_int("key || '|zip'", 1, 99) }} as zip_end
  from numbered
),

-- Two states in each of the four regions.
states (state, city, area_code, zip_start) as (
  values
    ('MA', 'Boston', '617', '021'),
    ('NY', 'Albany', '518', '122'),
    ('IL', 'Chicago', '312', '606'),
    ('OH', 'Columbus', '614', '432'),
    ('GA', 'Atlanta', '404', '303'),
    ('TX', 'Austin', '512', '787'),
    ('CA', 'Sacramento', '916', '958'),
    ('WA', 'Seattle', '206', '981')
),

spans (span, youngest, years) as (
  values (1, 0, 18), (2, 18, 17), (3, 35, 15), (4, 50, 15), (5, 65, 30)
),

generated as (
  select
    drawn.n as row_no,
    drawn.n::text as patient_id,
    first_names.first_name || ' ' || last_names.last_name as name,
    to_char(
      date '{{ var("generator_anchor") }}' - ((spans.youngest + drawn.age_draw * spans.years) * 365.25)::integer,
      'YYYY-MM-DD'
    ) as date_of_birth,
    case
      when drawn.gender_draw < 0.46 then 'M'
      when drawn.gender_draw < 0.92 then 'F'
      when drawn.gender_draw < 0.96 then 'Other'
    end as gender,
    states.area_code || '-555-01' || lpad((drawn.n % 100)::text, 2, '0') as phone,
    lower(first_names.first_name || '.' || last_names.last_name) || drawn.n || '@example.com' as email,
    drawn.house || ' ' || drawn.street as address,
    states.city,
    drawn.state,
    states.zip_start || lpad(drawn.zip_end::text, 2, '0') as zip
  from drawn
  inner join states on states.state = drawn.state
  inner join spans on spans.span = drawn.span
  inner join {{ ref('dw_first_names') }} as first_names on first_names.name_no = drawn.first_no
  inner join {{ ref('dw_last_names') }} as last_names on last_names.name_no = drawn.last_no
),

edge as (
  select
    {{ var('dw_patients') }} + row_number() over (order by patient_id, name) as row_no,
    patient_id, name, date_of_birth, gender, phone, email, address, city, state, zip
  from {{ ref('dw_edge_patients') }}
)

select * from generated
union all
select * from edge
