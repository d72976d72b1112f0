{# Enforced contracts: the column list of the statement, and the check of the query against it. #}

{% macro get_table_columns_and_constraints() -%}
  {{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}
{%- endmacro -%}

{% macro default__get_table_columns_and_constraints() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{# In parentheses: the columns with their types and constraints, then those of the whole table. #}
{% macro table_columns_and_constraints() %}
    {%- set column_lines = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
    {%- set table_lines = adapter.render_raw_model_constraints(raw_constraints=model['constraints']) %}
  (
    {% for line in column_lines -%}
      {{ line }}{{ "," if not loop.last or table_lines }}
    {% endfor %}
    {% for line in table_lines -%}
        {{ line }}{{ "," if not loop.last }}
    {% endfor -%}
    )
{% endmacro %}

{%- macro get_assert_columns_equivalent(sql) -%}
  {{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}
{%- endmacro -%}

{% macro default__get_assert_columns_equivalent(sql) -%}
  {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{# Raises unless the query has exactly the columns and types of the contract, in any order. Both sides
   are asked of the database as queries without rows, so that it decides what the types are. #}
{% macro assert_columns_equivalent(sql) -%}

  {%- set declared = model['columns'] or {} -%}
  {%- set found = get_column_schema_from_query(sql, config.get('sql_header', none)) -%}
  {%- if not declared -%}
    {%- do exceptions.raise_contract_error({}, found) -%}
  {%- endif -%}
  {%- set expected = get_column_schema_from_query(get_empty_schema_sql(declared)) -%}
  {%- set found = format_columns(found) -%}
  {%- set expected = format_columns(expected) -%}

  {%- set differs = (found | length) != (expected | length) -%}
  {%- set found_texts = found | map(attribute='formatted') | list -%}
  {%- if differs or expected | map(attribute='formatted') | reject('in', found_texts) | list -%}
    {%- do exceptions.raise_contract_error(expected, found) -%}
  {%- endif -%}

{%- endmacro %}

{% macro format_columns(columns) %}
  {% set formatted = [] %}
  {% for column in columns %}
    {%- do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) -%}
  {% endfor %}
  {{ return(formatted) }}
{% endmacro %}

{% macro default__format_column(column) -%}
  {%- set data_type = column.dtype -%}
  {{ return({
      'name': column.name,
      'data_type': data_type,
      'formatted': column.column.lower() ~ " " ~ data_type,
  }) }}
{%- endmacro -%}
