{# What catalog.json holds: one row a column, with its table. #}

{# By relation: used when only some relations of a schema are wanted. #}
{% macro postgres__get_catalog_relations(information_schema, relations) -%}
  {%- set database = information_schema.database -%}
  {{ adapter.verify_database(database) }}

  {%- call statement('catalog', fetch_result=True) -%}
    select
        '{{ dbt.escape_single_quotes(database) }}' as table_database,
        nsp.nspname as table_schema,
        rel.relname as table_name,
        case rel.relkind
            when 'v' then 'VIEW'
            when 'm' then 'MATERIALIZED VIEW'
            else 'BASE TABLE'
        end as table_type,
        pg_catalog.obj_description(rel.oid, 'pg_class') as table_comment,
        att.attname as column_name,
        att.attnum as column_index,
        pg_catalog.format_type(att.atttypid, att.atttypmod) as column_type,
        pg_catalog.col_description(rel.oid, att.attnum) as column_comment,
        pg_catalog.pg_get_userbyid(rel.relowner) as table_owner
    from pg_catalog.pg_class as rel
    join pg_catalog.pg_namespace as nsp on nsp.oid = rel.relnamespace
    join pg_catalog.pg_attribute as att on att.attrelid = rel.oid
    where (
        {%- for relation in relations %}
        (lower(nsp.nspname) = lower('{{ dbt.escape_single_quotes(relation.schema) }}')
        {%- if relation.identifier %}
         and lower(rel.relname) = lower('{{ dbt.escape_single_quotes(relation.identifier) }}')
        {%- endif %})
        {%- if not loop.last %} or {% endif -%}
        {%- else %}
        false
        {%- endfor %}
      )
      and not pg_catalog.pg_is_other_temp_schema(nsp.oid)
      and rel.relpersistence in ('p', 'u')
      and rel.relkind in ('r', 'p', 'f', 'v', 'm')
      and att.attnum > 0
      and not att.attisdropped
    order by nsp.nspname, rel.relname, att.attnum
  {%- endcall -%}

  {{ return(load_result('catalog').table) }}
{%- endmacro %}

{# By schema: the same query over relations without a name. #}
{% macro postgres__get_catalog(information_schema, schemas) -%}
  {%- set relations = [] -%}
  {%- for schema in schemas -%}
    {%- do relations.append({'schema': schema}) -%}
  {%- endfor -%}
  {{ return(postgres__get_catalog_relations(information_schema, relations)) }}
{%- endmacro %}
