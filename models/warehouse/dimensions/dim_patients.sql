{{ config(
  unique_key='patient_id',
  indexes=[{'columns': ['age_group']}],
  post_hook="{{ audited_reader('get_dim_patients') }}",
) }}

with patients as (
  {{ select_with_key(ref('stg_patients'), 'patient_key', 'patient_id') }}
)

{{ select_changed('patients', 'patient_id', ['patient_key', 'anonymized_name', 'age_group', 'gender', 'region']) }}
