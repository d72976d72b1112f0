{# Lists of columns, and their differences. #}

{% macro get_quoted_csv(column_names) %}
    {% set quoted = [] %}
    {% for name in column_names -%}
        {%- do quoted.append(adapter.quote(name)) -%}
    {%- endfor %}
    {{ return(quoted | join(', ')) }}
{% endmacro %}

{# Columns of the first list whose names are not in the second. #}
{% macro diff_columns(source_columns, target_columns) %}
  {% set known = target_columns | map(attribute='column') | list %}
  {{ return(source_columns | rejectattr('column', 'in', known) | list) }}
{% endmacro %}

{% macro diff_column_data_types(source_columns, target_columns) %}
  {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{% endmacro %}

{# [{column_name, new_type}] for columns of both. A shorter text in the source is no difference: it
   fits. #}
{% macro default__diff_column_data_types(source_columns, target_columns) %}
  {% set changes = [] %}
  {% set targets = {} %}
  {% for column in target_columns %}
    {% do targets.update({column.name: column}) %}
  {% endfor %}
  {% for column in source_columns if column.name in targets %}
    {% set target = targets[column.name] %}
    {% if column.expanded_data_type != target.expanded_data_type and not column.can_expand_to(other_column=target) %}
      {% do changes.append({'column_name': target.name, 'new_type': column.expanded_data_type}) %}
    {% endif %}
  {% endfor %}
  {{ return(changes) }}
{% endmacro %}

{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
  {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(
      merge_update_columns, merge_exclude_columns, dest_columns)) }}
{% endmacro %}

{# The columns a merge writes when a row exists. Configured names are taken as they stand; excluded
   ones are compared without case. #}
{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
  {% if merge_update_columns and merge_exclude_columns %}
    {{ exceptions.raise_compiler_error('Model cannot specify merge_update_columns and merge_exclude_columns. Please update model to use only one config') }}
  {% endif %}

  {% if merge_update_columns %}
    {{ return(merge_update_columns) }}
  {% endif %}

  {% set excluded = merge_exclude_columns | map('lower') | list if merge_exclude_columns else [] %}
  {% set updated = [] %}
  {% for column in dest_columns if column.column | lower not in excluded %}
    {% do updated.append(column.quoted) %}
  {% endfor %}
  {{ return(updated) }}
{% endmacro %}
