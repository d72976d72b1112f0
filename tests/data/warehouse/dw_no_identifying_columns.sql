{{ config(tags=['privacy']) }}

-- Behind landing no column names a person, and no report view reads the true cost.
-- depends_on: {{ ref('staging_patients') }}
-- depends_on: {{ ref('rpt_kpis') }}
select table_schema, table_name, column_name
from information_schema.columns
where table_schema in ('{{ prefixed_schema("dw_staging") }}', '{{ prefixed_schema("dw") }}', '{{ prefixed_schema("dw_reports") }}')
  and column_name in ('name', 'date_of_birth', 'phone', 'email', 'address', 'city', 'zip')
union all
select view_schema, view_name, column_name
from information_schema.view_column_usage
where view_schema = '{{ prefixed_schema("dw_reports") }}'
  and table_schema = '{{ prefixed_schema("dw") }}'
  and column_name = 'cost'
