-- Every landed result once, typed, with the reason if the row cannot be stored.
with typed as (
  select
    biomarker_id,
    blood_test_id,
    biomarker_type_id,
    raw_name,
    privacy.try_numeric(value_numeric) as number,
    value_numeric as number_as_sent,
    nullif(value_text, '') as value_text,
    {{ blank_to_null('unit') }} as unit,
    privacy.try_timestamptz(created_at) as created_at,
    privacy.try_timestamptz(deleted_at) as deleted_at
  from {{ ref('ht_biomarkers') }}
),

landed as (
  select
    biomarker_id,
    blood_test_id,
    biomarker_type_id,
    coalesce(raw_name, '') as raw_name,
    case when abs(number) < 10000000000 then number end::numeric(14, 4) as value_numeric,
    -- What is in the number column but is no number that fits is kept as words.
    case
      when {{ blank_to_null('value_text') }} is not null then value_text
      when number is null or abs(number) >= 10000000000 then {{ blank_to_null('number_as_sent') }}
    end as value_text,
    unit,
    created_at,
    deleted_at
  from typed
  union all
  select
    biomarker_id, blood_test_id, biomarker_type_id, raw_name, value_numeric, value_text, unit,
    created_at, deleted_at
  from {{ ref('ht_generated_biomarkers') }}
),

newest as (
  select distinct on (biomarker_id) *
  from landed
  where biomarker_id is not null
  -- A deletion is the later word of two versions made at one time.
  order by biomarker_id, created_at desc nulls last, deleted_at desc nulls last, value_numeric, value_text, unit
)

select
  newest.*,
  case
    when tests.blood_test_id is null then 'unknown_blood_test'
    when newest.biomarker_type_id is not null and types.biomarker_type_id is null then 'unknown_type'
    when newest.value_numeric is null and newest.value_text is null then 'no_value'
  end as reject_reason
from newest
left join {{ ref('blood_tests') }} as tests on tests.blood_test_id = newest.blood_test_id
left join {{ ref('biomarker_types') }} as types on types.biomarker_type_id = newest.biomarker_type_id
