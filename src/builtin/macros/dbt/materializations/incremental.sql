{# A table that grows. The lock comes before the model's query reads the table: two runs at once would
   otherwise both add the same rows. It lasts to the end of the transaction, so even a rebuild is one
   transaction here. #}
{% materialization incremental, default -%}

  {%- set cached_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {%- set full_refresh_mode = should_full_refresh() or (cached_relation is not none and cached_relation.is_view) -%}
  {%- set grant_config = config.get('grants') -%}
  {#- An unknown strategy fails the first run, too, which needs none yet. #}
  {%- set strategy_sql = adapter.get_incremental_strategy_macro(
      context, config.get('incremental_strategy') or 'default') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}

  {%- set existing_relation = adapter.lock_target(target_relation) -%}

  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {#- A table made by another run since this one looked: the query was compiled as a first one, so the
      table is replaced and not appended to. #}
  {%- set rebuild = existing_relation is not none
        and (full_refresh_mode or cached_relation is none or not existing_relation.is_table) -%}

  {% if existing_relation is none %}
    {% set built_relation = target_relation %}
    {% set build_sql = get_create_table_as_sql(False, built_relation, sql) %}
  {% elif rebuild %}
    {% set built_relation = adapter.build_relation(target_relation, 'table') %}
    {% set build_sql = get_create_table_as_sql(False, built_relation, sql) %}
  {% else %}
    {% set built_relation = none %}
    {% set suffix = '__dbt_tmp_' ~ model.batch.id if model.batch else '__dbt_tmp' %}
    {% set temp_relation = make_temp_relation(target_relation, suffix) %}
    {% do run_query(get_create_table_as_sql(True, temp_relation, sql)) %}

    {# A contract says what the types are. #}
    {% set contract_config = config.get('contract') %}
    {% if not contract_config or not contract_config.enforced %}
      {% do adapter.expand_target_column_types(from_relation=temp_relation, to_relation=target_relation) %}
    {% endif %}

    {% set dest_columns = process_schema_changes(on_schema_change, temp_relation, existing_relation)
        or adapter.get_columns_in_relation(existing_relation) %}

    {% do adapter.add_partitions(existing_relation, temp_relation) %}

    {% set build_sql = strategy_sql({
        'target_relation': target_relation,
        'temp_relation': temp_relation,
        'unique_key': unique_key,
        'dest_columns': dest_columns,
        'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none),
    }) %}
  {% endif %}

  {% call statement("main") %}
      {{ build_sql }}
  {% endcall %}

  {% set surplus_indexes = [] %}
  {% if built_relation is not none %}
    {% do create_indexes(built_relation) %}
  {% else %}
    {# A live table follows the configuration too: its own indexes that are gone from there go last. #}
    {% set changes = target_relation.get_materialized_view_config_change_collection(
        {'indexes': run_query(get_show_indexes_sql(target_relation))}, {'config': {'indexes': config.get('indexes', [])}}) %}
    {% for change in changes.indexes if changes %}
      {% if change.action == 'create' %}
        {% do run_query(get_create_index_sql(target_relation, change.context.as_node_config)) %}
      {% else %}
        {% do surplus_indexes.append(change.context.name) %}
      {% endif %}
    {% endfor %}
  {% endif %}
  {% if rebuild %}
    {% do adapter.publish(built_relation, target_relation) %}
  {% endif %}

  {% do apply_grants(target_relation, grant_config,
                     should_revoke=should_revoke(existing_relation, rebuild)) %}
  {% do persist_docs(target_relation, model) %}

  {{ run_hooks(post_hooks, inside_transaction=True) }}

  {% do adapter.commit() %}

  {% if not adapter.drop_indexes(target_relation, surplus_indexes) %}
    {% do exceptions.warn("Indexes of " ~ target_relation.render() ~ " that are gone from its configuration could not be dropped yet: its readers hold locks") %}
  {% endif %}

  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}

{%- endmaterialization %}
