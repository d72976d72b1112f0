{{ config(
  indexes=[{'columns': ['user_id', 'biomarker_type_id', 'test_date']}],
  contract={'enforced': true},
) }}

-- One result for each test and type: of two, the one stored later.
with newest as (
  select distinct on (blood_test_id, biomarker_type_id) *
  from {{ ref('int_biomarkers_standardized') }}
  order by blood_test_id, biomarker_type_id, created_at desc nulls last, biomarker_id desc
)

select
  newest.biomarker_id,
  newest.blood_test_id,
  tests.user_id,
  newest.biomarker_type_id,
  tests.test_date,
  newest.loinc_code,
  newest.biomarker_name,
  newest.biomarker_category as category,
  newest.standard_value::numeric(14, 4) as value,
  newest.value_text,
  newest.value_operator,
  newest.unit,
  newest.unit_status,
  newest.result_kind,
  newest.mapping_method,
  case
    when newest.standard_value is null then 'unknown'
    when newest.reference_low is null and newest.reference_high is null then 'unknown'
    -- A threshold says something only where its whole side lies outside the range.
    when newest.value_operator = '<' and newest.standard_value <= newest.reference_low then 'low'
    when newest.value_operator = '<=' and newest.standard_value < newest.reference_low then 'low'
    when newest.value_operator = '>' and newest.standard_value >= newest.reference_high then 'high'
    when newest.value_operator = '>=' and newest.standard_value > newest.reference_high then 'high'
    when newest.value_operator <> '=' then 'unknown'
    when newest.standard_value < newest.reference_low then 'low'
    when newest.standard_value > newest.reference_high then 'high'
    else 'normal'
  end as status
from newest
inner join {{ ref('stg_blood_tests') }} as tests on tests.blood_test_id = newest.blood_test_id
