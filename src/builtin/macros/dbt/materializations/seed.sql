{# A table from a CSV file. The file is streamed into a new table, which then takes the place of the
   old: readers never see it empty. Without a full refresh the new table is a copy of the old one's
   definition, so types, indexes and rights stay. #}
{% materialization seed, default %}

  {%- set full_refresh_mode = should_full_refresh() -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set reloads = existing_relation is not none and not full_refresh_mode -%}
  {%- set grant_config = config.get('grants') -%}
  {%- set revokes = should_revoke(existing_relation, full_refresh_mode) -%}
  {%- set by_hand = adapter.seed_macros_overridden() -%}
  {%- set hooked = (pre_hooks + post_hooks) | selectattr('transaction', 'equalto', True) | list | length > 0 -%}

  {% if by_hand %}
    {%- set agate_table = load_agate_table() -%}
    {%- do store_result('agate_table', response='OK', agate_table=agate_table) -%}
  {% endif %}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% if existing_relation is not none and existing_relation.is_view %}
    {{ exceptions.raise_compiler_error("Cannot seed to '{}', it is a view".format(existing_relation.render())) }}
  {% endif %}

  {% if by_hand %}
    {% if existing_relation is not none %}
      {% set create_table_sql = reset_csv_table(model, full_refresh_mode, existing_relation, agate_table) %}
    {% else %}
      {% set create_table_sql = create_csv_table(model, agate_table) %}
    {% endif %}
    {% set row_count = agate_table.rows | length %}
    {% set insert_sql = load_csv_rows(model, agate_table) %}
    {% set loaded_relation = target_relation %}
  {% else %}
    {% set loaded_relation = adapter.build_relation(target_relation, 'table') %}
    {% set loaded = adapter.load_seed(model, loaded_relation, existing_relation if reloads else none) %}
    {% set row_count = loaded.rows %}

    {# What target/run shows is the same work written as statements. #}
    {% set create_table_sql = "truncate table " ~ target_relation.render() %}
    {% if not reloads %}
      {% set create_table_sql %}
    create table {{ target_relation.render() }} (
        {%- for column in loaded.columns -%}
            {{ column.quoted }} {{ column.data_type }}
            {%- if not loop.last -%},{%- endif -%}
        {%- endfor -%}
    )
  {% endset %}
    {% endif %}
    {% set insert_sql = '' %}
    {% if row_count %}
      {% set placeholders = '(' ~ ([get_binding_char()] * (loaded.columns | length)) | join(',') ~ ')' %}
      {% set insert_sql %}
          insert into {{ target_relation.render() }} ({{ loaded.columns | map(attribute='quoted') | join(', ') }}) values
          {{ ([placeholders] * [row_count, get_batch_size()] | min) | join(',') }}
      {% endset %}
    {% endif %}
  {% endif %}

  {% set code = 'CREATE' if full_refresh_mode else 'INSERT' %}
  {% call noop_statement('main', code ~ ' ' ~ row_count, code, row_count) %}
    {{ get_csv_sql(create_table_sql, insert_sql) }};
  {% endcall %}

  {# With hooks in the transaction, or without a table to publish, the rest happens on the target. #}
  {% if hooked and not by_hand %}
    {% do adapter.publish(loaded_relation, target_relation) %}
    {% set loaded_relation = target_relation %}
  {% endif %}

  {% do apply_grants(loaded_relation, grant_config, should_revoke=revokes) %}
  {% do persist_docs(loaded_relation, model) %}
  {% if not reloads %}
    {% do create_indexes(loaded_relation) %}
  {% endif %}

  {{ run_hooks(post_hooks, inside_transaction=True) }}

  {% do adapter.commit() %}

  {% if not by_hand and not hooked %}
    {% do adapter.publish(loaded_relation, target_relation) %}
  {% endif %}

  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}
