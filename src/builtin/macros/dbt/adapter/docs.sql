{# Descriptions written into the database: the `persist_docs` config. #}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{% endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
  {% if for_relation and config.persist_relation_docs() and model.description %}
    {% do run_query(alter_relation_comment(relation, model.description)) %}
  {% endif %}

  {% if for_columns and config.persist_column_docs() and model.columns %}
    {% set existing = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
    {% set documented = validate_doc_columns(relation, model.columns, existing) %}
    {% set column_sql = alter_column_comment(relation, documented) if documented else none %}
    {% if column_sql and column_sql | trim %}
      {% do run_query(column_sql) %}
    {% endif %}
  {% endif %}
{% endmacro %}

{# The documented columns that exist. Names compare as the database would compare them: exactly when
   quoted, ignoring case otherwise. The rest is reported and left out. #}
{% macro validate_doc_columns(relation, column_dict, existing_column_names) %}
  {% set lowered = existing_column_names | map('lower') | list %}
  {% set present, absent = {}, [] %}
  {% for name, column in column_dict.items() %}
    {% if (column.get('quote') and name in existing_column_names)
        or (not column.get('quote') and name | lower in lowered) %}
      {% do present.update({name: column}) %}
    {% else %}
      {% do absent.append(name) %}
    {% endif %}
  {% endfor %}
  {% if absent %}
    {% do exceptions.warn("In relation " ~ adapter.target_of(relation).render() ~ ": The following columns are specified in the schema but are not present in the database: " ~ absent | join(", ")) %}
  {% endif %}
  {% do return(present) %}
{% endmacro %}

{% macro alter_column_comment(relation, column_dict) -%}
  {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{% endmacro %}

{% macro default__alter_column_comment(relation, column_dict) -%}
  {{ exceptions.raise_not_implemented('alter_column_comment macro not implemented for adapter ' ~ adapter.type()) }}
{% endmacro %}

{% macro alter_relation_comment(relation, relation_comment) -%}
  {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{% endmacro %}

{% macro default__alter_relation_comment(relation, relation_comment) -%}
  {{ exceptions.raise_not_implemented('alter_relation_comment macro not implemented for adapter ' ~ adapter.type()) }}
{% endmacro %}
