{#
  For a post-hook: a function that returns the rows of this model and writes who asked, one audit row
  a call. It runs with its owner's rights, so that a caller needs none on the table; `role` holds the
  caller's role even then. Where the log cannot be written, as in a read-only transaction, it fails.
  Replaced in place, so that grants stay, unless the columns changed: PostgreSQL refuses that.
#}
{% macro audited_reader(name) %}
{%- set function = adapter.quote(this.schema) ~ '.' ~ adapter.quote(name) -%}
{%- set names = [] -%}
{%- set typed = [] -%}
{%- for column in model.columns.values() -%}
  {%- do names.append('t.' ~ column.name) -%}
  {%- do typed.append(column.name ~ ' ' ~ column.data_type) -%}
{%- endfor %}
do $do$
begin
  if pg_get_function_result(to_regprocedure('{{ function }}()')) is distinct from (
    select 'TABLE(' || string_agg(a.attname || ' ' || format_type(a.atttypid, null), ', ' order by w.place) || ')'
    from unnest(array['{{ model.columns.keys() | join("', '") }}']) with ordinality as w (column_name, place)
    join pg_attribute as a on a.attname = w.column_name and a.attrelid = '{{ this.include(database=false) }}'::regclass
  ) then
    drop function if exists {{ function }}();
  end if;
end
$do$;
create or replace function {{ function }}() returns table ({{ typed | join(', ') }})
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $body$
#variable_conflict use_column
declare
  rows_read bigint;
begin
  return query select {{ names | join(', ') }} from {{ this.include(database=false) }} as t;
  get diagnostics rows_read = row_count;
  insert into audit.audit_log (user_id, action_type, table_name, row_count, details)
  values (
    coalesce(nullif(current_setting('role'), 'none'), session_user),
    'READ',
    '{{ this.schema }}.{{ this.identifier }}',
    rows_read,
    jsonb_build_object('session_user', session_user, 'application_name', current_setting('application_name'))
  );
end
$body$;
revoke all on function {{ function }}() from public;
do $do$
begin
  if exists (select from pg_roles where rolname = 'dw_analyst') then
    grant execute on function {{ function }}() to dw_analyst;
  end if;
end
$do$
{% endmacro %}


{# The audited reader of a model, as a table expression for analyses. #}
{% macro reader_of(name) -%}
  {{ ref(name).include(database=false, identifier=false) }}.get_{{ name }}()
{%- endmacro %}
