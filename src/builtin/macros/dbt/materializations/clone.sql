{# A relation of another environment under this one's name. Only some engines can copy a table without
   its rows; for the others it is a view, of which `sql` selects everything. #}

{% macro can_clone_table() %}
    {{ return(adapter.dispatch('can_clone_table', 'dbt')()) }}
{% endmacro %}

{% macro default__can_clone_table() %}
    {{ return(False) }}
{% endmacro %}

{% macro create_or_replace_clone(this_relation, defer_relation) %}
    {{ return(adapter.dispatch('create_or_replace_clone', 'dbt')(this_relation, defer_relation)) }}
{% endmacro %}

{% macro default__create_or_replace_clone(this_relation, defer_relation) %}
    create or replace table {{ this_relation.render() }} clone {{ defer_relation.render() }}
{% endmacro %}

{%- materialization clone, default -%}

  {%- set nothing = {'relations': []} -%}

  {%- if not defer_relation -%}
      {{ log("No relation found in state manifest for " ~ model.unique_id, info=True) }}
      {{ return(nothing) }}
  {%- endif -%}

  {%- set existing_relation = load_cached_relation(this) -%}

  {%- if existing_relation and not flags.FULL_REFRESH -%}
      {{ log("Relation " ~ existing_relation.render() ~ " already exists", info=True) }}
      {{ return(nothing) }}
  {%- endif -%}

  {%- set other_relation = load_cached_relation(defer_relation) -%}

  {%- if other_relation and other_relation.type == 'table' and can_clone_table() -%}

      {%- set target_relation = this.incorporate(type='table') -%}
      {%- if existing_relation is not none and not existing_relation.is_table -%}
        {{ drop_relation_if_exists(existing_relation) }}
      {%- endif -%}

      {% call statement('main') -%}
          {{ create_or_replace_clone(target_relation, defer_relation) }}
      {%- endcall %}

      {% do apply_grants(target_relation, config.get('grants'),
                         should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) %}
      {% do persist_docs(target_relation, model) %}
      {{ return({'relations': [target_relation]}) }}

  {%- else -%}

      {# Whichever view materialization the project has. #}
      {%- set for_adapter = "materialization_view_" ~ adapter.type() -%}
      {%- set view_materialization = context[for_adapter if for_adapter in context else "materialization_view_default"] -%}
      {{ return(view_materialization()) }}

  {%- endif -%}

{%- endmaterialization -%}
