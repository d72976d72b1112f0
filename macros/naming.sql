{#
  Where nodes go. A folder's `schema` is the whole name, behind the optional `schema_prefix`; the
  schemas that all builds of a database share have no prefix.
#}

{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- if custom_schema_name is none -%}
    {{ target.schema }}
  {%- else -%}
    {{ prefixed_schema(custom_schema_name | trim) }}
  {%- endif -%}
{%- endmacro %}


{% macro prefixed_schema(schema_name) -%}
  {%- if schema_name not in ['privacy', 'audit', 'mp_inbox', 'pt_inbox'] -%}{{ var('schema_prefix') }}{%- endif -%}
  {{ schema_name }}
{%- endmacro %}


{# The schemas of each system: what `reset_system` may drop. `audit`, `privacy`, `snapshots` and the inboxes stay. #}
{% macro system_schemas() %}
  {{ return({
    'health_tracker': ['ht_landing', 'ht_raw', 'ht_staging', 'ht_intermediate', 'ht_marts'],
    'healthfit': ['hf_landing', 'hf_staging', 'healthfit', 'hf_reports'],
    'medical_pipeline': ['mp_landing', 'mp_bronze', 'mp_silver', 'mp_gold'],
    'warehouse': ['dw_landing', 'dw_staging', 'dw', 'dw_reports'],
    'patient_data': ['pt_landing', 'pt_staging', 'pt_base', 'pt_masked', 'pt_quality'],
  }) }}
{% endmacro %}
