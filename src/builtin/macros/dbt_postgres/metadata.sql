{# PostgreSQL's catalog. Names of relations and schemas come from projects, so they are escaped. #}

{# Reads pg_attribute by oid rather than information_schema by name. A temporary relation has no
   schema, and its name alone would match tables of other schemas and sessions as well; materialized
   views are not in information_schema at all. Types are spelled as information_schema spells them. #}
{% macro postgres__get_columns_in_relation(relation) -%}
  {% call statement('get_columns_in_relation', fetch_result=True) %}
      select
          att.attname as column_name,
          case
              when coalesce(base.typelem, typ.typelem) <> 0 and coalesce(base.typlen, typ.typlen) = -1
                  then 'ARRAY'
              when coalesce(base_space.nspname, type_space.nspname) = 'pg_catalog'
                  then pg_catalog.format_type(coalesce(base.oid, typ.oid), null)
              else 'USER-DEFINED'
          end as data_type,
          information_schema._pg_char_max_length(real.id, real.modifier) as character_maximum_length,
          information_schema._pg_numeric_precision(real.id, real.modifier) as numeric_precision,
          information_schema._pg_numeric_scale(real.id, real.modifier) as numeric_scale
      from pg_catalog.pg_attribute as att
      join pg_catalog.pg_type as typ on typ.oid = att.atttypid
      join pg_catalog.pg_namespace as type_space on type_space.oid = typ.typnamespace
      left join pg_catalog.pg_type as base on typ.typtype = 'd' and base.oid = typ.typbasetype
      left join pg_catalog.pg_namespace as base_space on base_space.oid = base.typnamespace
      cross join lateral (
          select
              information_schema._pg_truetypid(att, typ) as id,
              information_schema._pg_truetypmod(att, typ) as modifier
      ) as real
      where att.attrelid = pg_catalog.to_regclass('{{ dbt.escape_single_quotes(relation.render()) }}')
        and att.attnum > 0
        and not att.attisdropped
      order by att.attnum
  {% endcall %}
  {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{% endmacro %}

{# Functions are listed too: a model and a function of one schema may share a name. The schema is
   compared without case, as it may be written unquoted, but never as a pattern. #}
{% macro postgres__list_relations_without_caching(schema_relation) %}
  {%- set in_schema = "lower(nsp.nspname) = lower('" ~ dbt.escape_single_quotes(schema_relation.schema) ~ "')" -%}
  {% call statement('list_relations_without_caching', fetch_result=True) -%}
    select
      '{{ dbt.escape_single_quotes(schema_relation.database) }}' as database,
      rel.relname as name,
      nsp.nspname as schema,
      case rel.relkind
        when 'v' then 'view'
        when 'm' then 'materialized_view'
        else 'table'
      end as type
    from pg_catalog.pg_class as rel
    join pg_catalog.pg_namespace as nsp on nsp.oid = rel.relnamespace
    where rel.relkind in ('r', 'p', 'v', 'm')
      and {{ in_schema }}
    union all
    select distinct
      '{{ dbt.escape_single_quotes(schema_relation.database) }}',
      fun.proname,
      nsp.nspname,
      'function'
    from pg_catalog.pg_proc as fun
    join pg_catalog.pg_namespace as nsp on nsp.oid = fun.pronamespace
    where {{ in_schema }}
  {% endcall %}
  {{ return(load_result('list_relations_without_caching').table) }}
{% endmacro %}

{# Pairs of a view and what it reads, for the cache: dropping one takes the other along. #}
{% macro postgres__get_relations() -%}
  {%- call statement('relations', fetch_result=True) -%}
    select distinct
        view_space.nspname as dependent_schema,
        view_class.relname as dependent_name,
        read_space.nspname as referenced_schema,
        read_class.relname as referenced_name
    from pg_catalog.pg_rewrite as rule
    join pg_catalog.pg_class as view_class on view_class.oid = rule.ev_class
    join pg_catalog.pg_namespace as view_space on view_space.oid = view_class.relnamespace
    join pg_catalog.pg_depend as dependency
        on dependency.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
        and dependency.objid = rule.oid
        and dependency.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        and dependency.refobjid <> rule.ev_class
    join pg_catalog.pg_class as read_class on read_class.oid = dependency.refobjid
    join pg_catalog.pg_namespace as read_space on read_space.oid = read_class.relnamespace
    where read_space.nspname <> 'information_schema'
      and read_space.nspname not like 'pg\_%'
    order by dependent_schema, dependent_name, referenced_schema, referenced_name
  {%- endcall -%}

  {{ return(load_result('relations').table) }}
{% endmacro %}

{# The adapter calls it by this name. #}
{% macro postgres_get_relations() %}
  {{ return(postgres__get_relations()) }}
{% endmacro %}

{# Without the database: there is no other one to ask. #}
{% macro postgres__information_schema_name(database) -%}
  information_schema
{%- endmacro %}

{% macro postgres__list_schemas(database) %}
  {% if database -%}
    {{ adapter.verify_database(database) }}
  {%- endif -%}
  {% call statement('list_schemas', fetch_result=True, auto_begin=False) %}
    select nspname from pg_catalog.pg_namespace
  {% endcall %}
  {{ return(load_result('list_schemas').table) }}
{% endmacro %}

{% macro postgres__check_schema_exists(information_schema, schema) -%}
  {% if information_schema.database -%}
    {{ adapter.verify_database(information_schema.database) }}
  {%- endif -%}
  {% call statement('check_schema_exists', fetch_result=True, auto_begin=False) %}
    select count(*) from pg_catalog.pg_namespace where nspname = '{{ dbt.escape_single_quotes(schema) }}'
  {% endcall %}
  {{ return(load_result('check_schema_exists').table) }}
{% endmacro %}

{% macro postgres__create_schema(relation) -%}
  {% if relation.database -%}
    {{ adapter.verify_database(relation.database) }}
  {%- endif -%}
  {%- call statement('create_schema') -%}
    create schema if not exists {{ relation.without_identifier().include(database=False) }}
  {%- endcall -%}
{% endmacro %}

{% macro postgres__drop_schema(relation) -%}
  {% if relation.database -%}
    {{ adapter.verify_database(relation.database) }}
  {%- endif -%}
  {%- call statement('drop_schema') -%}
    drop schema if exists {{ relation.without_identifier().include(database=False) }} cascade
  {%- endcall -%}
{% endmacro %}
