{{ config(indexes=[{'columns': ['user_id', 'biomarker_type_id', 'test_date']}]) }}

with measured as (
  select *, result_kind = 'quantitative' as is_comparable
  from {{ ref('int_biomarker_results') }}
  where value is not null
),

ordered as (
  select
    *,
    row_number() over (
      partition by user_id, biomarker_type_id order by test_date, blood_test_id
    ) as test_number,
    lag(value) over comparable as earlier_value,
    lag(test_date) over comparable as earlier_test_date,
    avg(value) over (comparable rows between 2 preceding and current row) as average_of_3
  from measured
  -- Thresholds stand apart, so that a number is compared with the number before it.
  window comparable as (
    partition by user_id, biomarker_type_id, is_comparable order by test_date, blood_test_id
  )
)

select
  biomarker_id,
  blood_test_id,
  user_id,
  biomarker_type_id,
  test_date,
  loinc_code,
  biomarker_name,
  category,
  value_operator,
  value,
  unit,
  status,
  test_number,
  case when is_comparable then earlier_value end::numeric(14, 4) as previous_value,
  case when is_comparable then earlier_test_date end as previous_test_date,
  case when is_comparable then test_date - earlier_test_date end as days_since_previous,
  case when is_comparable then value - earlier_value end::numeric(14, 4) as absolute_change,
  case when is_comparable then round(100 * (value - earlier_value) / nullif(abs(earlier_value), 0), 2) end::numeric(20, 2) as percent_change,
  case when is_comparable then round(average_of_3, 4) end::numeric(14, 4) as moving_avg_3,
  case
    when not is_comparable then 'not_comparable'
    when earlier_value is null then 'first'
    when abs(value - earlier_value) <= 0.05 * abs(earlier_value) then 'stable'
    when value > earlier_value then 'up'
    else 'down'
  end as trend
from ordered
