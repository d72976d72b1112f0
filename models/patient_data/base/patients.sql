{{ config(
  incremental_strategy='merge',
  unique_key='mrn',
  post_hook="{{ ensure_bigserial('patient_id') }}",
) }}

-- The newest document of a patient says what is known about him or her.
with newest as (
  select distinct on (mrn)
    mrn, first_name, last_name, date_of_birth, gender, phone, email, address_line, city, state, postal_code, ssn, pseudonym
  from {{ ref('stg_pt_documents') }}
  where error is null
  order by mrn, arrival desc
),

keyed as (
  {{ select_with_key('newest', 'patient_id', 'mrn') }}
)

{{ select_changed('keyed', 'mrn', [
  'patient_id', 'first_name', 'last_name', 'date_of_birth', 'gender', 'phone', 'email', 'address_line', 'city', 'state',
  'postal_code', 'ssn', 'pseudonym',
]) }}
