{# The columns that snapshots add, and small pieces of SQL about keys. #}

{% macro get_snapshot_table_column_names() %}
    {{ return({
        'dbt_valid_to': 'dbt_valid_to',
        'dbt_valid_from': 'dbt_valid_from',
        'dbt_scd_id': 'dbt_scd_id',
        'dbt_updated_at': 'dbt_updated_at',
        'dbt_is_deleted': 'dbt_is_deleted',
    }) }}
{% endmacro %}

{# The end of a version that is still valid: null, or the literal configured for it. nullif() gives
   the null the type of updated_at. #}
{% macro get_dbt_valid_to_current(strategy, columns) %}
  {% set open_end = config.get('dbt_valid_to_current') or "null" %}
  coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ open_end }})
  as {{ columns.dbt_valid_to }}
{% endmacro %}

{% macro create_columns(relation, columns) %}
  {{ adapter.dispatch('create_columns', 'dbt')(relation, columns) }}
{% endmacro %}

{% macro default__create_columns(relation, columns) %}
  {% for column in columns %}
    {% call statement() %}
      alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.expanded_data_type }};
    {% endcall %}
  {% endfor %}
{% endmacro %}

{# Called after the commit, for engines whose staging table has to be dropped. #}
{% macro post_snapshot(staging_relation) %}
  {{ adapter.dispatch('post_snapshot', 'dbt')(staging_relation) }}
{% endmacro %}

{% macro default__post_snapshot(staging_relation) %}
    {# A temporary table goes with its session. #}
{% endmacro %}

{% macro get_true_sql() %}
  {{ adapter.dispatch('get_true_sql', 'dbt')() }}
{% endmacro %}

{% macro default__get_true_sql() -%}
  {{ return('TRUE') }}
{%- endmacro %}

{# A key is one expression, kept as dbt_unique_key, or a list, kept as dbt_unique_key_1, _2, … #}
{% macro unique_key_fields(unique_key) %}
    {% if unique_key is not string %}
        {% for key in unique_key %}
            {{ key }} as dbt_unique_key_{{ loop.index }}
            {%- if not loop.last %} ,{% endif %}
        {% endfor %}
    {% else %}
        {{ unique_key }} as dbt_unique_key
    {% endif %}
{% endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) %}
    {% if unique_key is not string %}
        {% for key in unique_key %}
            ({{ identifier }}.dbt_unique_key_{{ loop.index }} = {{ from_identifier }}.dbt_unique_key_{{ loop.index }})
            {%- if not loop.last %} and {% endif %}
        {% endfor %}
    {% else %}
        {{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key
    {% endif %}
{% endmacro %}

{# After an outer join the first part of a key tells whether there was a match. #}
{% macro unique_key_is_null(unique_key, identifier) %}
    {{ identifier }}.dbt_unique_key{{ '_1' if unique_key is not string }} is null
{% endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) %}
    {{ identifier }}.dbt_unique_key{{ '_1' if unique_key is not string }} is not null
{% endmacro %}

{# The type of updated_at in the source; none if the query has no such column. #}
{% macro get_updated_at_column_data_type(snapshot_sql) %}
    {% for column in get_column_schema_from_query(snapshot_sql)
       if column.column | lower == 'dbt_updated_at' %}
        {{ return(column.dtype) }}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}

{# Comparing times with and without a time zone goes by the session's zone; worth a warning. #}
{% macro check_time_data_types(sql) %}
  {% set updated_at_type = get_updated_at_column_data_type(sql) %}
  {% set clock_type = get_snapshot_get_time_data_type() %}
  {% if updated_at_type is not none and clock_type is not none and updated_at_type != clock_type %}
    {{ exceptions.warn_snapshot_timestamp_data_types(clock_type, updated_at_type) }}
  {% endif %}
{% endmacro %}
