{# The history of a query: every version of every row, with the time it was valid. #}
{% materialization snapshot, default %}

  {%- set target_name = model.get('alias', model.get('name')) -%}
  {%- set columns = config.get("snapshot_table_column_names") or get_snapshot_table_column_names() -%}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set grant_config = config.get('grants') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}

  {#- Before anything reads the target: a second run waits here, and then sees what the first wrote. #}
  {%- set existing_relation = adapter.lock_target(api.Relation.create(
      database=model.database, schema=model.schema, identifier=target_name, type='table')) -%}
  {%- set target_relation_exists = existing_relation is not none -%}
  {%- set target_relation = existing_relation or api.Relation.create(
      database=model.database, schema=model.schema, identifier=target_name, type='table') -%}

  {%- if not target_relation.is_table -%}
    {% do exceptions.relation_wrong_type(target_relation, 'table') %}
  {%- endif -%}

  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% set strategy = strategy_dispatch(config.get('strategy'))(
      model, "snapshotted_data", "source_data", model['config'], target_relation_exists) %}

  {% if not target_relation_exists %}

      {% set changed_relation = target_relation %}
      {% set keys = [] %}
      {% for key in ([unique_key] if unique_key is string else unique_key) %}
        {% do keys.append('(' ~ key ~ ')') %}
      {% endfor %}
      {% set new_rows = 'true' %}
      {% set build_or_select_sql = build_snapshot_table(strategy, model['compiled_code']) %}
      {% set final_sql = create_table_as(False, target_relation, build_or_select_sql) %}

  {% else %}

      {% do adapter.assert_valid_snapshot_target_given_strategy(target_relation, columns, strategy) %}

      {% set build_or_select_sql = snapshot_staging_table(strategy, sql, target_relation) %}
      {% set staging_table = build_snapshot_staging_table(strategy, sql, target_relation) %}
      {% do adapter.expand_target_column_types(from_relation=staging_table, to_relation=target_relation) %}

      {# Columns of the staging table that are not kept. #}
      {% set own_columns = ['dbt_change_type', 'dbt_unique_key'] %}
      {% set keys = ['dbt_unique_key'] %}
      {% if unique_key is not string %}
        {% set keys = [] %}
        {% for key in strategy.unique_key %}
          {% do keys.append('dbt_unique_key_' ~ loop.index) %}
        {% endfor %}
      {% endif %}
      {% set own_columns = own_columns + keys %}
      {% set own_columns = own_columns + (own_columns | map('upper') | list) %}

      {% set changed_relation = staging_table %}
      {% set new_rows = "dbt_change_type = 'insert'" %}

      {% set missing_columns = adapter.get_missing_columns(staging_table, target_relation)
          | rejectattr('name', 'in', own_columns) | list %}
      {% if missing_columns %}
        {% do create_columns(target_relation, missing_columns) %}
      {% endif %}

      {% set source_columns = adapter.get_columns_in_relation(staging_table)
          | rejectattr('name', 'in', own_columns) | list %}
      {% set quoted_source_columns = [] %}
      {% for column in source_columns %}
        {% do quoted_source_columns.append(adapter.quote(column.name)) %}
      {% endfor %}

      {% set final_sql = snapshot_merge_sql(
          target=target_relation, source=staging_table, insert_cols=quoted_source_columns) %}

  {% endif %}

  {{ check_time_data_types(build_or_select_sql) }}

  {% call statement('main') %}
      {{ final_sql }}
  {% endcall %}

  {# A key that comes twice would double its rows in every later run. The transaction is undone. #}
  {% set duplicates = run_query(
      "select " ~ keys | join(", ") ~ " from " ~ changed_relation.render()
      ~ " where " ~ new_rows ~ " and " ~ keys | join(" is not null and ") ~ " is not null"
      ~ " group by " ~ range(1, keys | length + 1) | join(", ") ~ " having count(*) > 1 limit 5") %}
  {% if duplicates | length > 0 %}
    {% set shown = [] %}
    {% for row in duplicates.rows %}
      {% do shown.append(row.values() | join(', ')) %}
    {% endfor %}
    {% do exceptions.raise_compiler_error(
        "the unique key of snapshot `" ~ model.name ~ "` is not unique in its query: found more than once: "
        ~ shown | join('; ')) %}
  {% endif %}

  {% do apply_grants(target_relation, grant_config,
                     should_revoke=should_revoke(target_relation_exists, full_refresh_mode=False)) %}
  {% do persist_docs(target_relation, model) %}

  {% if not target_relation_exists %}
    {% do create_indexes(target_relation) %}
  {% endif %}

  {{ run_hooks(post_hooks, inside_transaction=True) }}

  {% do adapter.commit() %}

  {% if staging_table is defined %}
      {% do post_snapshot(staging_table) %}
  {% endif %}

  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}
