{{ config(materialized='ephemeral') }}

-- Numbers in the default unit of their type. An unknown unit gives no standard value: never guess.
select
  results.biomarker_id,
  results.blood_test_id,
  results.biomarker_type_id,
  results.mapping_method,
  results.result_kind,
  results.value_operator,
  results.value_text,
  results.created_at,
  types.loinc_code,
  types.biomarker_name,
  types.biomarker_category,
  types.reference_low,
  types.reference_high,
  unit_check.unit_status,
  case unit_check.unit_status
    when 'same' then results.value_numeric
    when 'converted' then round(results.value_numeric * conversions.factor, 4)
  end as standard_value,
  case when unit_check.unit_status in ('same', 'converted') then types.standard_unit else results.unit end as unit
from {{ ref('stg_biomarkers') }} as results
inner join {{ ref('stg_biomarker_types') }} as types on types.biomarker_type_id = results.biomarker_type_id
left join {{ ref('ht_unit_conversions') }} as conversions
  on conversions.biomarker_type_id = results.biomarker_type_id
  and lower(conversions.from_unit) = results.unit
cross join lateral (
  select case
    when results.result_kind = 'qualitative' then 'not_applicable'
    when results.unit is not distinct from lower(types.standard_unit) then 'same'
    when conversions.factor is not null then 'converted'
    else 'unknown_unit'
  end as unit_status
) as unit_check
