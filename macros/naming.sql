{# Where nodes go. A folder's `schema` is the whole name, behind the optional `schema_prefix`. #}

{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- if custom_schema_name is none -%}
    {{ target.schema }}
  {%- else -%}
    {{ prefixed_schema(custom_schema_name | trim) }}
  {%- endif -%}
{%- endmacro %}


{% macro prefixed_schema(schema_name) -%}
  {{ var('schema_prefix') }}{{ schema_name }}
{%- endmacro %}


{# The schemas of each system: what `reset_system` may drop. `audit`, `privacy` and `snapshots` belong to all. #}
{% macro system_schemas() %}
  {{ return({
    'health_tracker': ['ht_landing', 'ht_raw', 'ht_staging', 'ht_intermediate', 'ht_marts'],
    'warehouse': ['dw_landing', 'dw_staging', 'dw', 'dw_reports'],
  }) }}
{% endmacro %}
