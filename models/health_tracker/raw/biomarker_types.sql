{{ config(unique_key='biomarker_type_id') }}

with coded as (
  select
    biomarker_type_id,
    trim(loinc_code) as loinc_code,
    trim(name) as name,
    {{ blank_to_null('category') }} as category,
    {{ blank_to_null('default_unit') }} as default_unit,
    value_kind,
    reference_low::numeric(12, 4) as reference_low,
    reference_high::numeric(12, 4) as reference_high
  from {{ ref('ht_biomarker_types') }}
)

{{ select_changed(
  'coded', 'biomarker_type_id',
  ['loinc_code', 'name', 'category', 'default_unit', 'value_kind', 'reference_low', 'reference_high'],
) }}
