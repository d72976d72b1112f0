{# Incremental strategies of PostgreSQL. #}

{% macro postgres__get_incremental_default_sql(arg_dict) %}
  {{ return(get_incremental_delete_insert_sql(arg_dict) if arg_dict["unique_key"]
            else get_incremental_append_sql(arg_dict)) }}
{% endmacro %}

{# A batch that runs again must find its own rows, so a key is needed. #}
{% macro postgres__get_incremental_microbatch_sql(arg_dict) %}
  {% if not arg_dict["unique_key"] %}
    {{ exceptions.raise_compiler_error("dbt-postgres 'microbatch' requires a `unique_key` config") }}
  {% endif %}
  {{ return(get_incremental_merge_sql(arg_dict)) }}
{% endmacro %}
