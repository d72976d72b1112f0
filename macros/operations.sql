{#
  Drops the schemas of one system, so that the next build starts clean:
    weft run-operation reset_system --args '{system: health_tracker}'
  The audit log, the salt, the snapshots and the inboxes stay, and so does the list of erased patients:
  who was erased must not come back with the next build.
#}
{% macro reset_system(system) %}
  {% set systems = system_schemas() %}
  {% if system not in systems %}
    {% do exceptions.raise_compiler_error(
      "reset_system: unknown system `" ~ system ~ "`; expected one of: " ~ systems.keys() | sort | join(", ")) %}
  {% endif %}
  {% for schema in systems[system] %}
    {% do run_query(drop_schema_but_erasures(prefixed_schema(schema))) %}
    {% do log('dropped schema ' ~ prefixed_schema(schema), info=true) %}
  {% endfor %}
{% endmacro %}


{# Drops a schema with all it holds; a table `erasures` in it waits elsewhere meanwhile. #}
{% macro drop_schema_but_erasures(schema) %}
{%- set quoted = adapter.quote(schema) %}
do $body$
begin
  if to_regclass('{{ quoted }}.erasures') is null then
    drop schema if exists {{ quoted }} cascade;
  else
    alter table {{ quoted }}.erasures set schema privacy;
    drop schema {{ quoted }} cascade;
    create schema {{ quoted }};
    alter table privacy.erasures set schema {{ quoted }};
  end if;
end
$body$
{% endmacro %}


{#
  Drops the yearly partitions of the visits that lie wholly more than `retention_years` before the
  as-of date, and logs one RETENTION row for each, with its number of rows:
    weft run-operation drop_expired_partitions
  Each is dropped in one transaction with its log row.
#}
{% macro drop_expired_partitions() %}
  {% set schema = prefixed_schema('dw') %}
  {% set find_expired %}
    select c.relname as name
    from pg_inherits as i
    join pg_class as c on c.oid = i.inhrelid
    where i.inhparent = to_regclass('{{ adapter.quote(schema) }}.fact_visits')
      and (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([0-9-]{10})''\)'))[1]::date
        <= {{ as_of_date() }} - interval '{{ var("retention_years") }} years'
    order by c.relname
  {% endset %}
  {% set expired = run_query(find_expired).columns[0].values() %}
  {% for name in expired %}
    {% set partition = adapter.quote(schema) ~ '.' ~ adapter.quote(name) %}
    {% set log_and_drop %}
      lock table {{ partition }} in access exclusive mode;
      insert into audit.audit_log (user_id, action_type, table_name, row_count, invocation_id, details)
      select session_user, 'RETENTION', '{{ schema }}.{{ name }}', count(*), '{{ invocation_id }}',
        jsonb_build_object('retention_years', {{ var("retention_years") }}, 'as_of_date', {{ as_of_date() }})
      from {{ partition }};
      drop table {{ partition }};
    {% endset %}
    {% do run_query(log_and_drop) %}
    {% do log('dropped partition ' ~ schema ~ '.' ~ name, info=true) %}
  {% else %}
    {% do log('no partition is older than ' ~ var('retention_years') ~ ' years', info=true) %}
  {% endfor %}
{% endmacro %}
