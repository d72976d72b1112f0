{#
  Gives each row of `relation` its surrogate key: the stored one where the natural key is known
  already, else the next number. A key never changes once given.
#}
{% macro select_with_key(relation, surrogate, natural) %}
select
  {% if is_incremental() -%}
  coalesce(
    stored.{{ surrogate }},
    (select coalesce(max({{ surrogate }}), 0) from {{ this }})
      + row_number() over (partition by stored.{{ surrogate }} is null order by incoming.{{ natural }})
  )
  {%- else -%}
  row_number() over (order by incoming.{{ natural }})
  {%- endif %}::bigint as {{ surrogate }},
  incoming.*
from {{ relation }} as incoming
{%- if is_incremental() %}
left join {{ this }} as stored on stored.{{ natural }} = incoming.{{ natural }}
{%- endif %}
{% endmacro %}


{#
  For a post-hook: the key column takes its values from a sequence as `bigserial` would, so that rows
  may be inserted directly. The sequence follows the keys that models gave, and loaders may use it.
#}
{% macro ensure_bigserial(column) %}
{%- set sequence = adapter.quote(this.schema) ~ '.' ~ adapter.quote(this.identifier ~ '_' ~ column ~ '_seq') -%}
{%- set table = this.include(database=false) -%}
create sequence if not exists {{ sequence }} owned by {{ table }}.{{ column }};
do $body$
begin
  if not exists (
    select from pg_attrdef as d
    join pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where d.adrelid = '{{ table }}'::regclass and a.attname = '{{ column }}'
  ) then
    alter table {{ table }} alter column {{ column }} set default nextval('{{ sequence }}');
  end if;
  if exists (select from pg_roles where rolname = 'etl_loader') then
    grant usage on sequence {{ sequence }} to etl_loader;
  end if;
end
$body$;
select setval('{{ sequence }}', greatest((select max({{ column }}) from {{ table }}), s.last_value), true)
from {{ sequence }} as s
where s.last_value < (select max({{ column }}) from {{ table }})
{% endmacro %}


{# The next numbers of a model's key, in the given order: for models that only append. #}
{% macro next_key(column, order) -%}
  {%- if is_incremental() -%}
  (select coalesce(max({{ column }}), 0) from {{ this }}) +{{ ' ' }}
  {%- endif -%}
  row_number() over (order by {{ order }})
{%- endmacro %}


{# A key that follows from the natural key alone: the first 60 bits of its md5. #}
{% macro surrogate_bigint(columns) -%}
  {%- if columns | length == 1 -%}
    {%- set natural_key = '(' ~ columns[0] ~ ')::text' -%}
  {%- else -%}
    {#- An array's text quotes its parts, so that no two keys read alike. -#}
    {%- set natural_key = 'array[' ~ columns | join('::text, ') ~ '::text]::text' -%}
  {%- endif -%}
  ('x' || left(md5({{ natural_key }}), 15))::bit(60)::bigint
{%- endmacro %}
