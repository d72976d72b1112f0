{{ config(
  unique_key='biomarker_id',
  indexes=[
    {'columns': ['blood_test_id']},
    {'columns': ['biomarker_type_id', 'blood_test_id']},
  ],
) }}

with storable as (
  select *
  from {{ ref('ht_checked_biomarkers') }}
  where reject_reason is null
)

{{ select_changed(
  'storable', 'biomarker_id',
  ['blood_test_id', 'biomarker_type_id', 'raw_name', 'value_numeric', 'value_text', 'unit', 'created_at', 'deleted_at'],
  version='created_at',
) }}
