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

{# Readers go on while it runs if a unique index over plain columns lets PostgreSQL tell rows apart. #}
{%- macro postgres__refresh_materialized_view(relation) %}
    {%- set usable = run_query("select 1 from pg_catalog.pg_index as ind join pg_catalog.pg_class as rel on rel.oid = ind.indrelid"
        ~ " where rel.oid = pg_catalog.to_regclass('" ~ dbt.escape_single_quotes(relation.render()) ~ "') and rel.relispopulated"
        ~ " and ind.indisunique and ind.indisvalid and ind.indimmediate and ind.indpred is null and ind.indexprs is null") %}
    refresh materialized view {% if usable | length > 0 %}concurrently {% endif %}{{ relation }}
{% endmacro -%}

{%- macro postgres__get_rename_materialized_view_sql(relation, new_name) %}
    alter materialized view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{% endmacro -%}

{# Everything about the view that a run may change. #}
{% macro postgres__describe_materialized_view(relation) %}
    {% do return({'indexes': run_query(get_show_indexes_sql(relation))}) %}
{% endmacro %}

{% macro postgres__get_materialized_view_configuration_changes(existing_relation, new_config) %}
    {# The materialization has looked at the query already where it applies changes. #}
    {% if new_config.get('on_configuration_change') != 'apply' and not adapter.is_same_query(existing_relation, sql) %}
        {% do return({'requires_full_refresh': True, 'indexes': []}) %}
    {% endif %}
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

        {# The rows are brought up to date as well. #}
        {% do run_query(refresh_materialized_view(relation)) %}
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
