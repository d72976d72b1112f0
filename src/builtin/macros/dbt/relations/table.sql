{# Tables. #}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}
  {{ adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql) }}
{%- endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
  {{ return(create_table_as(temporary, relation, sql)) }}
{% endmacro %}

{# The one to override for storage options: every built-in materialization creates tables here. #}
{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {# Only engines with other languages take the language. #}
  {% if language == "sql" %}
    {{ adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code) }}
  {% else %}
    {{ adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code, language) }}
  {% endif %}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
  {%- set sql_header = config.get('sql_header', none) -%}

  {{ sql_header if sql_header is not none }}

  create {% if temporary %}temporary{% endif %} table
    {{ relation.include(database=(not temporary), schema=(not temporary)) }}
  {% set contract = config.get('contract') %}
  {% if not temporary and contract.enforced %}
    {{ get_assert_columns_equivalent(sql) }}
    {{ get_table_columns_and_constraints() }}
    {%- set sql = get_select_subquery(sql) -%}
  {% endif %}
  as (
    {{ sql }}
  );
{%- endmacro %}

{# The columns of the contract, in the contract's order. #}
{% macro default__get_column_names() %}
  {%- for column in (model['columns'] or {}).values() -%}
    {{ adapter.quote(column['name']) if column.get('quote') else column['name'] }}
    {{- ", " if not loop.last -}}
  {%- endfor -%}
{% endmacro %}

{% macro get_select_subquery(sql) %}
  {{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}
{% endmacro %}

{# By name, since a query may order its columns differently from its contract. #}
{% macro default__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from (
        {{ sql }}
    ) as model_subq
{%- endmacro %}

{%- macro drop_table(relation) -%}
    {{- adapter.dispatch('drop_table', 'dbt')(relation) -}}
{%- endmacro -%}

{%- macro default__drop_table(relation) -%}
    drop table if exists {{ relation.render() }} cascade
{%- endmacro -%}

{%- macro get_rename_table_sql(relation, new_name) -%}
    {{- adapter.dispatch('get_rename_table_sql', 'dbt')(relation, new_name) -}}
{%- endmacro -%}

{%- macro default__get_rename_table_sql(relation, new_name) -%}
    {{ exceptions.raise_compiler_error("`get_rename_table_sql` has not been implemented for this adapter.") }}
{%- endmacro -%}

{% macro get_replace_table_sql(relation, sql) %}
    {{- adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_table_sql(relation, sql) %}
    {{ exceptions.raise_compiler_error("`get_replace_table_sql` has not been implemented for this adapter.") }}
{% endmacro %}
