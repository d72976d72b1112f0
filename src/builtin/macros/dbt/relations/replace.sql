{# One relation in place of another, as SQL text, for materializations of packages. #}

{% macro get_replace_sql(existing_relation, target_relation, sql) %}
    {{- log('Applying REPLACE to: ' ~ existing_relation) -}}
    {{- adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql) -}}
{% endmacro %}

{# In place where the engine can, else by way of whichever of the two can be renamed. #}
{% macro default__get_replace_sql(existing_relation, target_relation, sql) %}

    {%- set in_place = existing_relation.type == target_relation.type and existing_relation.can_be_replaced -%}

    {% if in_place and existing_relation.is_table %}
        {{ get_replace_table_sql(target_relation, sql) }}
    {% elif in_place and existing_relation.is_view %}
        {{ get_replace_view_sql(target_relation, sql) }}
    {% elif in_place and existing_relation.is_materialized_view %}
        {{ get_replace_materialized_view_sql(target_relation, sql) }}
    {% elif target_relation.can_be_renamed and existing_relation.can_be_renamed %}
        {{ get_create_intermediate_sql(target_relation, sql) }};
        {{ get_create_backup_sql(existing_relation) }};
        {{ get_rename_intermediate_sql(target_relation) }};
        {{ get_drop_backup_sql(existing_relation) }}
    {% elif target_relation.can_be_renamed %}
        {{ get_create_intermediate_sql(target_relation, sql) }};
        {{ get_drop_sql(existing_relation) }};
        {{ get_rename_intermediate_sql(target_relation) }}
    {% elif existing_relation.can_be_renamed %}
        {{ get_create_backup_sql(existing_relation) }};
        {{ get_create_sql(target_relation, sql) }};
        {{ get_drop_backup_sql(existing_relation) }}
    {% else %}
        {{ get_drop_sql(existing_relation) }};
        {{ get_create_sql(target_relation, sql) }}
    {% endif %}

{% endmacro %}
