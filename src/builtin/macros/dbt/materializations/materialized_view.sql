{# A materialized view: created once, then refreshed. A run changes its indexes to match the config, and
   builds it anew when its query has changed, unless `on_configuration_change` says otherwise. #}
{% materialization materialized_view, default %}
    {% set existing_relation = load_cached_relation(this) %}
    {% set target_relation = this.incorporate(type=this.MaterializedView) %}
    {% set intermediate_relation = make_intermediate_relation(target_relation) %}
    {% set backup_relation = make_backup_relation(
        target_relation, target_relation.type if existing_relation is none else existing_relation.type) %}

    {{ materialized_view_setup(backup_relation, intermediate_relation, pre_hooks) }}

    {% set is_redefined = existing_relation is not none and existing_relation.is_materialized_view
        and config.get('on_configuration_change') == 'apply' and not should_full_refresh()
        and not adapter.is_same_query(existing_relation, sql) %}

    {% if existing_relation is not none and (should_full_refresh() or is_redefined or not existing_relation.is_materialized_view) %}
        {# Over whatever is there, like any other model. #}
        {% set build_relation = adapter.build_relation(target_relation, 'materialized_view') %}
        {% call statement('main') -%}
            {{ get_create_sql(build_relation, sql) }}
        {%- endcall %}
        {% do apply_grants(build_relation, config.get('grants'),
                           should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) %}
        {% do persist_docs(build_relation, model) %}
        {% do adapter.publish(build_relation, target_relation) %}
        {{ run_hooks(post_hooks, inside_transaction=True) }}
        {% do adapter.commit() %}
    {% else %}
        {% set build_sql = materialized_view_get_build_sql(
            existing_relation, target_relation, backup_relation, intermediate_relation) %}
        {% if build_sql == '' %}
            {{ materialized_view_execute_no_op(target_relation) }}
        {% else %}
            {{ materialized_view_execute_build_sql(build_sql, existing_relation, target_relation, post_hooks) }}
        {% endif %}
    {% endif %}

    {{ materialized_view_teardown(backup_relation, intermediate_relation, post_hooks) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# The two relations are for overrides that drop leftovers; builds of ours clean up after themselves. #}
{% macro materialized_view_setup(backup_relation, intermediate_relation, pre_hooks) %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
{% endmacro %}

{% macro materialized_view_teardown(backup_relation, intermediate_relation, post_hooks) %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
{% endmacro %}

{# The statement to run; empty if there is nothing to do. #}
{% macro materialized_view_get_build_sql(existing_relation, target_relation, backup_relation, intermediate_relation) %}
    {% if existing_relation is none %}
        {% do return(get_create_sql(target_relation, sql)) %}
    {% elif should_full_refresh() or not existing_relation.is_materialized_view %}
        {% do return(get_replace_sql(existing_relation, target_relation, sql)) %}
    {% endif %}

    {% set changes = get_materialized_view_configuration_changes(existing_relation, config) %}
    {% if changes is none %}
        {% do return(refresh_materialized_view(target_relation)) %}
    {% endif %}

    {% set reaction = config.get('on_configuration_change') %}
    {% set found = "Configuration changes were identified and `on_configuration_change` was set to `"
        ~ reaction ~ "` for `" ~ target_relation.render() ~ "`" %}
    {% if reaction == 'apply' %}
        {% do return(get_alter_materialized_view_as_sql(
            target_relation, changes, sql, existing_relation, backup_relation, intermediate_relation)) %}
    {% elif reaction == 'continue' %}
        {% do exceptions.warn(found) %}
        {% do return('') %}
    {% elif reaction == 'fail' %}
        {% do exceptions.raise_fail_fast_error(found) %}
    {% else %}
        {% do exceptions.raise_compiler_error("`on_configuration_change` is `" ~ reaction
            ~ "`, expected apply, continue or fail") %}
    {% endif %}
{% endmacro %}

{% macro materialized_view_execute_no_op(target_relation) %}
    {% do store_raw_result(
        name="main", message="skip " ~ target_relation.render(), code="skip", rows_affected="-1") %}
{% endmacro %}

{% macro materialized_view_execute_build_sql(build_sql, existing_relation, target_relation, post_hooks) %}
    {% call statement(name="main") %}
        {{ build_sql }}
    {% endcall %}

    {% do apply_grants(target_relation, config.get('grants'),
                       should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) %}
    {% do persist_docs(target_relation, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}

    {% do adapter.commit() %}
{% endmacro %}
