{# A view. Creating one takes no time, so it is built, described and published in one transaction;
   publishing decides between replacing in place and swapping (README.md). #}
{%- materialization view, default -%}

  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set build_relation = adapter.build_relation(target_relation, 'view') -%}
  {%- set grant_config = config.get('grants') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% call statement('main') -%}
    {{ get_create_view_as_sql(build_relation, sql) }}
  {%- endcall %}

  {% do apply_grants(build_relation, grant_config,
                     should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) %}
  {% do persist_docs(build_relation, model) %}
  {% do adapter.publish(build_relation, target_relation) %}

  {{ run_hooks(post_hooks, inside_transaction=True) }}

  {% do adapter.commit() %}

  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}

{%- endmaterialization -%}
