{# Settings of the node being built, and of the engine. #}

{# Use: call block in a model; the body is sent in front of the model's main statement. #}
{% macro set_sql_header(config) -%}
  {{ config.set('sql_header', caller()) }}
{%- endmacro %}

{# A model's own full_refresh, true or false, wins over the command line. #}
{% macro should_full_refresh() %}
    {% set configured = config.get('full_refresh') %}
    {% do return(flags.FULL_REFRESH if configured is none else configured) %}
{% endmacro %}

{% macro should_store_failures() %}
    {% set configured = config.get('store_failures') %}
    {% do return(flags.STORE_FAILURES if configured is none else configured) %}
{% endmacro %}

{# Packages ask this to choose between the two lines of the engine. #}
{% macro is_core_v2() %}
    {% do return(dbt_version.startswith('2.')) %}
{% endmacro %}
