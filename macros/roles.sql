{#
  Who may see what. Roles cannot log in and have no password: an administrator makes a person's or a
  tool's login a member of one. Add a role, or a schema a role may use, in this one list.
#}
{% macro project_roles() %}
  {{ return({
    'etl_loader': {
      'usage': [prefixed_schema('pt_base'), 'pt_inbox'],
      'create': [prefixed_schema('pt_base')],
    },
    'bi_reader': {
      'usage': [
        prefixed_schema('ht_marts'), prefixed_schema('hf_reports'), prefixed_schema('dw_reports'),
        prefixed_schema('mp_gold'), prefixed_schema('pt_masked'),
      ],
    },
    'dw_analyst': {'usage': [prefixed_schema('dw')]},
    'auditor': {'usage': ['audit']},
  }) }}
{% endmacro %}


{# Creates the missing roles. Two builds may try at the same moment; the slower one has nothing to do. #}
{% macro create_roles() %}
{% if var('manage_roles') %}
do $body$
declare
  wanted text;
begin
  foreach wanted in array array['{{ project_roles().keys() | join("', '") }}'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin', wanted);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
  end loop;
end
$body$;
{% endif %}
{% endmacro %}


{#
  Lets each role use its schemas, and create in them where the list says so. After a partial build
  some schemas do not exist yet; they are passed over.
#}
{% macro grant_schema_usage() %}
{%- set wanted = [] -%}
{%- for role, rights in project_roles().items() -%}
  {%- for privilege, schemas in rights.items() -%}
    {%- for schema in schemas -%}
      {%- do wanted.append("('" ~ role ~ "', '" ~ privilege ~ "', '" ~ schema ~ "')") -%}
    {%- endfor -%}
  {%- endfor -%}
{%- endfor %}
do $body$
declare
  item record;
begin
  for item in
    select wanted.privilege, r.rolname, n.nspname
    from (values
      {{ wanted | join(',\n      ') }}
    ) as wanted (role_name, privilege, schema_name)
    join pg_roles as r on r.rolname = wanted.role_name
    join pg_namespace as n on n.nspname = wanted.schema_name
    where not has_schema_privilege(r.oid, n.oid, wanted.privilege)
  loop
    execute format('grant %s on schema %I to %I', item.privilege, item.nspname, item.rolname);
  end loop;
end
$body$;
{% endmacro %}
