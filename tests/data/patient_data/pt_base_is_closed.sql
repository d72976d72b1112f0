{{ config(tags=['privacy']) }}

-- Readers have no right on a base table; the loader has all it needs.
with tables (name, relation) as (
  {%- for name in ['patients', 'visits', 'diagnoses', 'treatments', 'provider_notes'] %}
  select '{{ name }}', '{{ ref(name).include(database=false) }}'::regclass
  {{ "union all" if not loop.last }}
  {%- endfor %}
)

select tables.name, roles.rolname
from tables
cross join pg_roles as roles
where roles.rolname in ('bi_reader', 'dw_analyst', 'auditor')
  and has_table_privilege(roles.oid, tables.relation, 'select, insert, update, delete')
union all
select tables.name, roles.rolname
from tables
cross join pg_roles as roles
cross join unnest(array['select', 'insert', 'update', 'delete']) as needed
where roles.rolname = 'etl_loader'
  and not has_table_privilege(roles.oid, tables.relation, needed)
