{{ config(tags=['privacy']) }}

-- The published schema has no column that names a person.
-- depends_on: {{ ref('mart_biomarker_trends') }}
-- depends_on: {{ ref('mart_user_health_summary') }}
-- depends_on: {{ ref('mart_biomarker_statistics') }}
select table_name, column_name
from information_schema.columns
where table_schema = '{{ prefixed_schema("ht_marts") }}'
  and column_name in ('email', 'full_name', 'name', 'date_of_birth', 'phone', 'address', 'age_years')
