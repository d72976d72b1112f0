{# The four generic tests. A test is a query whose rows are the failures. #}

{# Values that come more than once. #}
{% test unique(model, column_name) %}
    {% set test_sql = adapter.dispatch('test_unique', 'dbt') %}
    {{ test_sql(model, column_name) }}
{% endtest %}

{% macro default__test_unique(model, column_name) %}

select
    {{ column_name }} as unique_field,
    count(*) as n_records

from {{ model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1

{% endmacro %}

{% test not_null(model, column_name) %}
    {% set test_sql = adapter.dispatch('test_not_null', 'dbt') %}
    {{ test_sql(model, column_name) }}
{% endtest %}

{# Stored failures show whole rows; otherwise the column is enough. #}
{% macro default__test_not_null(model, column_name) %}

{% set shown = '*' if should_store_failures() else column_name %}

select {{ shown }}
from {{ model }}
where {{ column_name }} is null

{% endmacro %}

{# quote: whether the values are text. #}
{% test accepted_values(model, column_name, values, quote=True) %}
    {% set test_sql = adapter.dispatch('test_accepted_values', 'dbt') %}
    {{ test_sql(model, column_name, values, quote) }}
{% endtest %}

{# Text with a quote in it is escaped, unless its quotes are in pairs: then the project has done it. #}
{% macro default__test_accepted_values(model, column_name, values, quote=True) %}

with all_values as (

    select
        {{ column_name }} as value_field,
        count(*) as n_records

    from {{ model }}
    group by {{ column_name }}

)

select *
from all_values
where value_field not in (
    {% for value in values -%}
        {%- set text = value | string -%}
        {%- if not quote -%}
        {{ value }}
        {%- elif "'" in text.replace("''", "") -%}
        '{{ dbt.escape_single_quotes(text) }}'
        {%- else -%}
        '{{ text }}'
        {%- endif -%}
        {%- if not loop.last -%},{%- endif %}
    {%- endfor %}
)

{% endmacro %}

{# Every value of the column is in the field of the other relation. #}
{% test relationships(model, column_name, to, field) %}
    {% set test_sql = adapter.dispatch('test_relationships', 'dbt') %}
    {{ test_sql(model, column_name, to, field) }}
{% endtest %}

{% macro default__test_relationships(model, column_name, to, field) %}

with child as (
    select {{ column_name }} as from_field
    from {{ model }}
    where {{ column_name }} is not null
),

parent as (
    select {{ field }} as to_field
    from {{ to }}
)

select
    from_field

from child
left join parent
    on child.from_field = parent.to_field

where parent.to_field is null

{% endmacro %}
