{#
  What Patient Data needs before its first model: the inbox for documents that arrive between two
  deliveries of the file, and the list of patients who were erased, of whom only a hash is kept.
  The views that read both are built after this.
#}
{% macro create_patient_inbox() %}
{%- set base = adapter.quote(prefixed_schema('pt_base')) %}
select pg_advisory_xact_lock(hashtext('health_warehouse set-up'));
create schema if not exists pt_inbox;
create table if not exists pt_inbox.documents (
  document_id bigint generated always as identity primary key,
  payload_text text not null,
  received_at timestamptz not null default clock_timestamp()
);
create schema if not exists {{ base }};
create table if not exists {{ base }}.erasures (
  mrn_hash text primary key,
  erased_at timestamptz not null default clock_timestamp()
);
do $body$
begin
  if exists (select from pg_roles where rolname = 'etl_loader') then
    grant select, insert on pt_inbox.documents to etl_loader;
  end if;
end
$body$;
{% endmacro %}


{# Documents in the order they came: the file first, then the inbox. Newer ones win. #}
{% macro arrival_order() -%}
  row_number() over (order by received_at nulls first, position)
{%- endmacro %}


{# The items of a JSON array. A single object counts as one item; null and any other value as none. #}
{% macro json_items(expression) -%}
  jsonb_array_elements(
    case jsonb_typeof({{ expression }})
      when 'array' then {{ expression }}
      when 'object' then jsonb_build_array({{ expression }})
      else '[]'::jsonb
    end
  )
{%- endmacro %}
