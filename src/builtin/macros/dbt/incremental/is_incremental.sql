{# True where a model may read what it built before: it runs, its table exists, it is incremental and
   no full refresh was asked for. Unit tests and projects override it. #}
{% macro is_incremental() %}
    {% if not execute %}
        {{ return(False) }}
    {% endif %}
    {% set built = adapter.get_relation(this.database, this.schema, this.table) %}
    {{ return(built is not none
              and built.type == 'table'
              and model.config.materialized == 'incremental'
              and not should_full_refresh()) }}
{% endmacro %}
