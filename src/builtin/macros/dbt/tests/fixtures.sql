{# The rows of unit tests as queries. A row is a mapping of column to value; columns it leaves out
   are null. #}

{# An input: every column of the relation it stands for, with that relation's types. #}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
-- Fixture for {{ model.name }}
{% set row_by_row, quoted_names = [], {} %}

{%- if not column_name_to_data_types -%}
{%-   set column_name_to_data_types = {} -%}
{%-   set relation = defer_relation if defer_relation and not load_relation(this) else this -%}
{%-   for column in adapter.get_columns_in_relation(relation) -%}
{%-     do column_name_to_data_types.update({column.name | lower: column.data_type}) -%}
{%-     do quoted_names.update({column.name | lower: column.quoted}) -%}
{%-   endfor -%}
{%- endif -%}

{%- if not column_name_to_data_types -%}
    {{ exceptions.raise_compiler_error("Not able to get columns for unit test '" ~ model.name ~ "' from relation " ~ relation ~ " because the relation doesn't exist") }}
{%- endif -%}

{%- set nulls = {} -%}
{%- for name, data_type in column_name_to_data_types.items() -%}
{%-   do nulls.update({name: safe_cast("null", data_type) | trim}) -%}
{%- endfor -%}

{#- The rows as casts. Without rows, one of nulls that is then cut off gives the columns. -#}
{%- for row in rows -%}
{%-   do validate_fixture_rows(rows, loop.index0) -%}
{%-   set values = nulls.copy() -%}
{%-   do values.update(format_row(row, column_name_to_data_types)) -%}
{%-   do row_by_row.append(values) -%}
{%- endfor -%}

{%- for values in row_by_row or [nulls] -%}
select
{%-   for name, value in values.items() %} {{ value }} as {{ quoted_names.get(name, name) }}{% if not loop.last %}, {%- endif %}
{%-   endfor %}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor -%}

{%- if not row_by_row %}
    limit 0
{%- endif -%}
{% endmacro %}

{# The expected rows: only the columns they name. #}
{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}

{%- if not rows -%}
    select * from dbt_internal_unit_test_actual
    limit 0
{%- endif -%}

{%- for row in rows -%}
{%-   do validate_fixture_rows(rows, loop.index0) -%}
select
{%-   for name, value in format_row(row, column_name_to_data_types).items() %} {{ value }} as {{ column_name_to_quoted[name] }}{% if not loop.last %}, {%- endif %}
{%-   endfor %}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor -%}
{% endmacro %}

{# The values of a row as casts, under lower case names. A length is left out of the cast: it would
   cut a long value without a word. #}
{%- macro format_row(row, column_name_to_data_types) -%}
    {%- set types = {} -%}
    {%- for name, data_type in column_name_to_data_types.items() -%}
        {%- do types.update({name | lower: data_type}) -%}
    {%- endfor -%}

    {%- set formatted = {} -%}
    {%- for column_name, column_value in row.items() -%}
        {%- set name = column_name | lower -%}
        {%- if name not in types -%}
            {%- set fixture_name = "expected output" if model.resource_type == 'unit_test' else ("'" ~ model.name ~ "'") -%}
            {{ exceptions.raise_compiler_error("Invalid column name: '" ~ column_name ~ "' in unit test fixture for " ~ fixture_name ~ ".\nAccepted columns for " ~ fixture_name ~ " are: " ~ types.keys() | list) }}
        {%- endif -%}

        {%- if column_value is string -%}
            {%- set literal = dbt.string_literal(dbt.escape_single_quotes(column_value)) -%}
        {%- elif column_value is none -%}
            {%- set literal = 'null' -%}
        {%- else -%}
            {%- set literal = column_value -%}
        {%- endif -%}

        {%- set data_type = types[name] -%}
        {%- if data_type.startswith('character varying(') -%}
            {%- set data_type = 'character varying' -%}
        {%- endif -%}
        {%- do formatted.update({name: safe_cast(literal, data_type)}) -%}
    {%- endfor -%}
    {{ return(formatted) }}
{%- endmacro -%}

{# A place for an engine to refuse rows it cannot cast. #}
{%- macro validate_fixture_rows(rows, row_number) -%}
    {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{%- endmacro -%}

{%- macro default__validate_fixture_rows(rows, row_number) -%}
{%- endmacro -%}
