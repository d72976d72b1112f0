{{ config(tags=['privacy']) }}

-- The audited readers are for `dw_analyst` only, and nobody but the owner reads the tables themselves.
with objects (object_name, is_open) as (
  {%- for name in ['dim_patients', 'dim_providers', 'fact_visits'] %}
  select '{{ reader_of(name) }}', has_function_privilege('public', '{{ reader_of(name) }}', 'execute')
  union all
  select '{{ name }} for ' || rolname, has_table_privilege(oid, '{{ ref(name).include(database=false) }}', 'select')
  from pg_roles
  where rolname in ('bi_reader', 'dw_analyst', 'auditor', 'etl_loader')
  {{ "union all" if not loop.last }}
  {%- endfor %}
)

select object_name
from objects
where is_open
