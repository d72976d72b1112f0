{{ config(tags=['privacy']) }}

-- The published schema has no column that names a person.
-- depends_on: {{ ref('hf_patients_by_age_group') }}
-- depends_on: {{ ref('hf_patients_without_tracker') }}
-- depends_on: {{ ref('hf_patients_per_brand') }}
-- depends_on: {{ ref('hf_tracker_outcomes') }}
-- depends_on: {{ ref('hf_daily_vitals') }}
select table_name, column_name
from information_schema.columns
where table_schema = '{{ prefixed_schema("hf_reports") }}'
  and column_name in ('name', 'full_name', 'date_of_birth', 'email', 'phone')
