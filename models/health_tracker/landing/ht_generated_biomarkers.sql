-- One result of every numeric type for each generated test. A person has a level of his or her own,
-- around which the single results scatter; about one result in seven lies outside the reference range.
with ranges as (
  select
    biomarker_type_id,
    name,
    default_unit,
    coalesce(reference_low, reference_high * 0.4)::float8 as low,
    coalesce(reference_high, reference_low * 2.5)::float8 as high
  from {{ ref('ht_biomarker_types') }}
  where value_kind = 'numeric'
),

levels as (
  select
    users.user_id,
    ranges.*,
    {{ rand_unit("'ht|level|' || users.user_id || '|' || ranges.biomarker_type_id") }} as level
  from {{ ref('ht_generated_users') }} as users
  cross join ranges
),

drawn as (
  select
    tests.blood_test_id,
    tests.created_at,
    levels.*,
    {{ rand_unit("'ht|result|' || tests.blood_test_id || '|' || levels.biomarker_type_id") }} as scatter
  from levels
  inner join {{ ref('ht_generated_blood_tests') }} as tests on tests.user_id = levels.user_id
)

select
  -- The number of a test and a type, so that a further type moves no id.
  blood_test_id * 1000 + biomarker_type_id as biomarker_id,
  blood_test_id,
  biomarker_type_id,
  name as raw_name,
  round(
    greatest((low + high) / 2 + (high - low) * (1.1 * (level - 0.5) + 0.5 * (scatter - 0.5)), (high - low) * 0.02)::numeric,
    case when high >= 20 then 1 else 2 end
  )::numeric(14, 4) as value_numeric,
  null::text as value_text,
  default_unit as unit,
  created_at,
  null::timestamptz as deleted_at
from drawn
