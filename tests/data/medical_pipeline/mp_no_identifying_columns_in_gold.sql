{{ config(tags=['privacy']) }}

-- The published schema has no column that names a patient.
-- depends_on: {{ ref('dim_patient') }}
-- depends_on: {{ ref('fact_condition') }}
-- depends_on: {{ ref('fact_observation') }}
select table_name, column_name
from information_schema.columns
where table_schema = '{{ prefixed_schema("mp_gold") }}'
  and column_name in ('family_name', 'given_name', 'phone', 'email', 'birth_date', 'postal_code', 'city', 'address')
