{# What happens when the columns of an incremental model differ from those of its table. #}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
   {% if on_schema_change not in ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] %}
     {% do log('Invalid value for on_schema_change (' ~ on_schema_change ~ ') specified. Setting default value of ' ~ default ~ '.') %}
     {{ return(default) }}
   {% endif %}
   {{ return(on_schema_change) }}
{% endmacro %}

{% macro check_for_schema_changes(source_relation, target_relation) %}
  {{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}
{% endmacro %}

{# The two column lists and every way in which they differ. #}
{% macro default__check_for_schema_changes(source_relation, target_relation) %}
  {%- set source_columns = adapter.get_columns_in_relation(source_relation) -%}
  {%- set target_columns = adapter.get_columns_in_relation(target_relation) -%}
  {%- set added = diff_columns(source_columns, target_columns) -%}
  {%- set removed = diff_columns(target_columns, source_columns) -%}
  {%- set retyped = diff_column_data_types(source_columns, target_columns) -%}

  {%- set changes = {
      'schema_changed': (added or removed or retyped) | length > 0,
      'source_not_in_target': added,
      'target_not_in_source': removed,
      'source_columns': source_columns,
      'target_columns': target_columns,
      'new_target_types': retyped,
  } -%}

  {% do log('\n    In ' ~ target_relation ~ ':\n        Schema changed: ' ~ changes.schema_changed
      ~ '\n        Source columns not in target: ' ~ added
      ~ '\n        Target columns not in source: ' ~ removed
      ~ '\n        New column types: ' ~ retyped ~ '\n  ') %}

  {{ return(changes) }}
{% endmacro %}

{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}
{% endmacro %}

{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {%- set added = schema_changes_dict['source_not_in_target'] -%}
  {%- set removed, retyped = [], [] -%}

  {%- if on_schema_change == 'sync_all_columns' -%}
    {%- set removed = schema_changes_dict['target_not_in_source'] -%}
    {%- set retyped = schema_changes_dict['new_target_types'] -%}
  {%- endif -%}

  {%- if added or removed -%}
    {%- do alter_relation_add_remove_columns(target_relation, added, removed) -%}
  {%- endif -%}

  {%- for change in retyped -%}
    {%- do alter_column_type(target_relation, change['column_name'], change['new_type']) -%}
  {%- endfor -%}

  {% do log('\n    In ' ~ target_relation ~ ':\n        Schema change approach: ' ~ on_schema_change
      ~ '\n        Columns added: ' ~ added
      ~ '\n        Columns removed: ' ~ removed
      ~ '\n        Data types changed: ' ~ retyped ~ '\n  ') %}
{% endmacro %}

{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}
{% endmacro %}

{# Returns the columns to insert, or an empty mapping where changes are ignored and the columns of the
   target are to be used. #}
{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
    {% if on_schema_change == 'ignore' %}
      {{ return({}) }}
    {% endif %}

    {% set changes = check_for_schema_changes(source_relation, target_relation) %}

    {% if changes['schema_changed'] %}
      {% if on_schema_change == 'fail' %}
        {% set message = [
          'The source and target schemas on this incremental model are out of sync!',
          'Run it with --full-refresh to rebuild the table, set `on_schema_change` to',
          'append_new_columns or sync_all_columns, or change the table by hand.',
          '',
          'Source columns not in target: ' ~ changes['source_not_in_target'],
          'Target columns not in source: ' ~ changes['target_not_in_source'],
          'New column types: ' ~ changes['new_target_types'],
        ] | join('\n') %}
        {% do exceptions.raise_compiler_error(message) %}
      {% endif %}

      {% do sync_column_schemas(on_schema_change, target_relation, changes) %}
    {% endif %}

    {{ return(changes['source_columns']) }}
{% endmacro %}
