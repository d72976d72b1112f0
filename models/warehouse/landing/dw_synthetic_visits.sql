-- Generated visits, numbered from 1, with the edge rows behind them. The first n are the same for any
-- `dw_visits` >= n: a visit's patient is drawn from `dw_population`, whatever `dw_patients` is, so a
-- patient who has not arrived yet may have visits already.
with numbered as (
  select n, 'dw|visit|' || n as key
  from generate_series(1, {{ var('dw_visits') }}) as n
),

drawn as (
  select
    n,
    {{ rand_int("key || '|patient'", 1, var('dw_population')) }} as patient_no,
    {{ rand_int("key || '|provider'", 1, var('dw_providers')) }} as provider_no,
    {{ rand_unit("key || '|day'") }} as day_draw,
    {{ rand_unit("key || '|diagnosis missing'") }} as no_diagnosis_draw,
    {{ pick("key || '|diagnosis'", [
      'Hypertension', 'Type 2 diabetes', 'Asthma', 'Low back pain', 'Migraine', 'Influenza', 'Depression', 'Osteoarthritis',
      'Allergic rhinitis', 'Anemia', 'Bronchitis', 'Eczema',
    ]) }} as diagnosis,
    {{ rand_unit("key || '|procedure missing'") }} as no_procedure_draw,
    {{ pick("key || '|procedure'", [
      'Office visit', 'Blood panel', 'Electrocardiogram', 'Chest X-ray', 'Vaccination', 'Physical therapy', 'Ultrasound',
      'MRI scan', 'Minor surgery', 'Counseling',
    ]) }} as procedure_performed,
    {{ rand_unit("key || '|cost'") }} as cost_draw
  from numbered
),

generated as (
  select
    n as row_no,
    n::text as visit_id,
    patient_no::text as patient_id,
    provider_no::text as provider_id,
    to_char(
      first_day + floor(day_draw * (date '{{ var("generator_anchor") }}' - first_day + 1))::integer, 'YYYY-MM-DD'
    ) as visit_date,
    case when no_diagnosis_draw >= 0.02 then diagnosis end as diagnosis,
    case when no_procedure_draw >= 0.02 then procedure_performed end as procedure_performed,
    -- Most visits are cheap, some are dear.
    round((120 + 1880 * cost_draw * cost_draw)::numeric, 2)::text as cost
  from drawn
  cross join (select make_date({{ var('dw_first_year') }}, 1, 1) as first_day) as calendar
),

edge as (
  select
    {{ var('dw_visits') }} + row_number() over (order by visit_id, visit_date) as row_no,
    visit_id, patient_id, provider_id, visit_date, diagnosis, procedure_performed, cost
  from {{ ref('dw_edge_visits') }}
)

select * from generated
union all
select * from edge
