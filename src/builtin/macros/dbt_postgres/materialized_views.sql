{# Materialized views in PostgreSQL: their query cannot be changed in place, their indexes can. #}

{# Indexes are part of creation, so that a refresh or a swap never shows the view without them. #}
{% macro postgres__get_create_materialized_view_as_sql(relation, sql) %}
    create materialized view if not exists {{ relation }} as {{ sql }};

    {% for index_dict in config.get('indexes', []) -%}
        {{- get_create_index_sql(relation, index_dict) -}}{{ ';' if not loop.last }}
    {%- endfor -%}
{% endmacro %}

{%- macro postgres__drop_materialized_view(relation) -%}
    drop materialized view if exists {{ relation.render() }} cascade
{%- endmacro -%}

{%- macro postgres__refresh_materialized_view(relation) %}
    refresh materialized view {{ relation }}
{% endmacro -%}

{%- macro postgres__get_rename_materialized_view_sql(relation, new_name) %}
    alter materialized view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{% endmacro -%}

{# Everything about the view that a run may change. #}
{% macro postgres__describe_materialized_view(relation) %}
    {% do return({'indexes': run_query(get_show_indexes_sql(relation))}) %}
{% endmacro %}

{% macro postgres__get_materialized_view_configuration_changes(existing_relation, new_config) %}
    {% set present = postgres__describe_materialized_view(existing_relation) %}
    {% do return(existing_relation.get_materialized_view_config_change_collection(present, new_config.model)) %}
{% endmacro %}

{% macro postgres__get_alter_materialized_view_as_sql(
    relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation
) %}

    -- apply a full refresh immediately if needed
    {% if configuration_changes.requires_full_refresh %}

        {{ get_replace_sql(existing_relation, relation, sql) }}

    {% else %}

        {{ postgres__update_indexes_on_materialized_view(relation, configuration_changes.indexes) }}

    {%- endif -%}
{% endmacro %}

{# Each change carries an action and the index: its name to drop it, its definition to create it. #}
{%- macro postgres__update_indexes_on_materialized_view(relation, index_changes) -%}
    {{- log('Applying UPDATE INDEXES to: ' ~ relation) -}}
    {%- for change in index_changes -%}
        {%- if change.action == 'drop' -%}
            {{ postgres__get_drop_index_sql(relation, change.context.name) }};
        {%- elif change.action == 'create' -%}
            {{ postgres__get_create_index_sql(relation, change.context.as_node_config) }}
            {{- ';' if not loop.last -}}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro -%}
