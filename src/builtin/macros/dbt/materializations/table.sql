{# A table, built under a name of its own. Readers keep the old one until the swap. #}
{% materialization table, default %}

  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set build_relation = adapter.build_relation(target_relation, 'table') -%}
  {%- set grant_config = config.get('grants') -%}
  {%- set revokes = should_revoke(existing_relation, full_refresh_mode=True) -%}
  {%- set hooked = (pre_hooks + post_hooks) | selectattr('transaction', 'equalto', True) | list | length > 0 -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% call statement('main') -%}
    {{ get_create_table_as_sql(False, build_relation, sql) }}
  {%- endcall %}

  {% do create_indexes(build_relation) %}

  {% if hooked %}
    {# Hooks may ask to stand or fall with the model, and see it under its final name: everything is
       one transaction, and readers wait from here to its end. #}
    {% do adapter.publish(build_relation, target_relation) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(target_relation, grant_config, should_revoke=revokes) %}
    {% do persist_docs(target_relation, model) %}
    {% do adapter.commit() %}
  {% else %}
    {# The rows are committed before the swap, so that readers with an older snapshot see them, and
       the swap takes its locks for a moment only. #}
    {% do apply_grants(build_relation, grant_config, should_revoke=revokes) %}
    {% do persist_docs(build_relation, model) %}
    {% do adapter.publish(build_relation, target_relation, commit=true) %}
  {% endif %}

  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
