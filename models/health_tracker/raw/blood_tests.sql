{{ config(
  unique_key='blood_test_id',
  indexes=[{'columns': ['user_id', 'test_date']}],
) }}

with storable as (
  select *
  from {{ ref('ht_checked_blood_tests') }}
  where reject_reason is null
)

{{ select_changed(
  'storable', 'blood_test_id',
  ['user_id', 'test_date', 'lab_name', 'source_file', 'upload_status', 'uploaded_at', 'created_at', 'updated_at', 'deleted_at'],
  version='updated_at',
) }}
