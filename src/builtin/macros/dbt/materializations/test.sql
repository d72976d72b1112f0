{# A data test. Its rows are the failures; they can be kept in a relation for people to look at. #}
{%- materialization test, default -%}

  {% set relations = [] %}
  {% set limit = config.get('limit') %}
  {% set sql_header = config.get('sql_header') %}

  {% if should_store_failures() %}

    {% set existing_relation = adapter.get_relation(
        database=database, schema=schema, identifier=model['alias']) %}
    {% set store_failures_as = config.get('store_failures_as') or 'table' %}
    {% if store_failures_as not in ['table', 'view'] %}
        {{ exceptions.raise_compiler_error("'" ~ store_failures_as ~ "' is not a valid value for `store_failures_as`. Accepted values are: ['ephemeral', 'table', 'view']") }}
    {% endif %}

    {% set target_relation = api.Relation.create(
        database=database, schema=schema, identifier=model['alias'], type=store_failures_as) %}
    {% set build_relation = target_relation %}
    {% if existing_relation %}
        {% set build_relation = adapter.build_relation(target_relation, store_failures_as) %}
    {% endif %}

    {% call statement(auto_begin=True) %}
        {{ get_create_sql(build_relation, get_limit_subquery_sql(sql, limit)) }}
    {% endcall %}

    {# Whoever looks at the last failures keeps them until the new ones are there. #}
    {% if existing_relation %}
        {% do adapter.publish(build_relation, target_relation) %}
    {% endif %}
    {% do relations.append(target_relation) %}

    {% set main_sql %}
        select *
        from {{ target_relation }}
    {% endset %}

    {% do adapter.commit() %}

  {% else %}

    {% set main_sql %}
    {{ get_limit_subquery_sql(sql, limit) }}
  {% endset %}

  {% endif %}

  {% call statement('main', fetch_result=True) -%}
    {{ sql_header if sql_header }}
    {# The limit has been applied inside. #}
    {{ get_test_sql(main_sql, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), none) }}
  {%- endcall %}

  {{ return({'relations': relations}) }}

{%- endmaterialization -%}
