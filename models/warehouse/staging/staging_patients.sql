{{ config(materialized='table', post_hook="{{ audit_load('LOAD') }}") }}

-- Patients typed and cleaned, each with what is wrong with the row. Personal data stops here: the
-- name becomes a hash, the birth date an age group, the state a region; the rest is not selected.
with typed as (
  select
    row_no,
    privacy.try_numeric(patient_id) as patient_number,
    {{ blank_to_null('name') }} as name,
    privacy.try_date(date_of_birth) as date_of_birth,
    upper({{ blank_to_null('gender') }}) as gender,
    upper({{ blank_to_null('state') }}) as state
  from {{ ref('dw_synthetic_patients') }}
),

identified as (
  select *, {{ whole_number('patient_number', 2147483647) }}::integer as patient_id
  from typed
),

numbered as (
  select *, row_number() over (partition by patient_id order by row_no) as occurrence
  from identified
)

select
  patient_id,
  -- The number is part of it, so that two people of one name differ.
  privacy.hash_pii(patient_id || '|' || name) as anonymized_name,
  {{ age_group('date_of_birth') }} as age_group,
  case
    when gender in ('M', 'MALE') then 'M'
    when gender in ('F', 'FEMALE') then 'F'
    when gender in ('O', 'OTHER') then 'O'
    else 'U'
  end as gender,
  {{ us_region('state') }} as region,
  array_remove(array[
    case when patient_id is null then 'missing_id' end,
    case when patient_id is not null and occurrence > 1 then 'duplicate_id' end,
    case when name is null then 'missing_name' end,
    case when date_of_birth is null then 'bad_date_of_birth' end,
    case when date_of_birth > {{ as_of_date() }} then 'future_date_of_birth' end,
    case when {{ age_years('date_of_birth') }} > 120 then 'implausible_age' end
  ], null) as validation_errors
from numbered
