-- Live results of the tests that count: coded where possible, numbers and words told apart.
with results as (
  select
    raw.biomarker_id,
    raw.blood_test_id,
    raw.biomarker_type_id,
    raw.raw_name,
    -- Only results without a code need their name compared: normalising is the dear part.
    case when raw.biomarker_type_id is null then {{ normalize_name('raw.raw_name') }} end as name_to_map,
    raw.value_numeric,
    raw.value_text,
    case
      when raw.value_numeric is null
        then regexp_match(raw.value_text, '^\s*(<=|>=|<|>)?\s*([+-]?[0-9]{1,9}(?:[.,][0-9]{1,9})?)\s*$')
    end as parsed,
    lower({{ blank_to_null('raw.unit') }}) as unit,
    raw.created_at
  from {{ ref('biomarkers') }} as raw
  inner join {{ ref('stg_blood_tests') }} as tests on tests.blood_test_id = raw.blood_test_id
  where raw.deleted_at is null
)

select
  results.biomarker_id,
  results.blood_test_id,
  coalesce(results.biomarker_type_id, mappings.biomarker_type_id) as biomarker_type_id,
  results.raw_name,
  case
    when results.biomarker_type_id is not null then 'direct'
    when mappings.biomarker_type_id is not null then 'mapped'
    else 'unmapped'
  end as mapping_method,
  case
    when results.value_numeric is not null then 'quantitative'
    when results.parsed is null then 'qualitative'
    when results.parsed[1] is null then 'quantitative'
    else 'threshold'
  end as result_kind,
  case
    when results.value_numeric is not null then '='
    when results.parsed is not null then coalesce(results.parsed[1], '=')
  end as value_operator,
  coalesce(results.value_numeric, replace(results.parsed[2], ',', '.')::numeric(14, 4)) as value_numeric,
  case
    when results.value_numeric is null and results.parsed is null
      then initcap({{ normalize_name('results.value_text') }})
  end as value_text,
  results.unit,
  results.created_at
from results
left join {{ ref('stg_biomarker_mappings') }} as mappings on mappings.normalized_name = results.name_to_map
