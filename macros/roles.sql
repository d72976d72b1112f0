{#
  Who may see what. Roles cannot log in and have no password: an administrator makes a person's or a
  tool's login a member of one. Add a role, or a schema a role may use, in this one list.
#}
{% macro project_roles() %}
  {{ return({
    'bi_reader': {'reads': 'the marts', 'usage': [prefixed_schema('ht_marts')]},
    'auditor': {'reads': 'the audit log', 'usage': ['audit']},
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


{# Lets each role use its schemas. After a partial build some of them do not exist yet; they are passed over. #}
{% macro grant_schema_usage() %}
do $body$
declare
  item record;
begin
  for item in
    select r.rolname, n.nspname
    from (values
      {%- for role, rights in project_roles().items() %}{% set last_role = loop.last %}
      {%- for schema in rights.usage %}
      ('{{ role }}', '{{ schema }}'){{ "," if not (last_role and loop.last) }}
      {%- endfor %}
      {%- endfor %}
    ) as wanted (role_name, schema_name)
    join pg_roles as r on r.rolname = wanted.role_name
    join pg_namespace as n on n.nspname = wanted.schema_name
    where not has_schema_privilege(r.oid, n.oid, 'usage')
  loop
    execute format('grant usage on schema %I to %I', item.nspname, item.rolname);
  end loop;
end
$body$;
{% endmacro %}
