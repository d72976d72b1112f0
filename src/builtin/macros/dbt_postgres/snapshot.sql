{# Two statements instead of a merge, which PostgreSQL has only from version 15. #}
{% macro postgres__snapshot_merge_sql(target, source, insert_cols) -%}
    {%- set columns = config.get("snapshot_table_column_names") or get_snapshot_table_column_names() -%}
    {%- set open_end = config.get("dbt_valid_to_current") -%}
    {%- set end = target.render() ~ '.' ~ columns.dbt_valid_to -%}
    {%- set source_columns = [] -%}
    {%- for column in insert_cols -%}
      {%- do source_columns.append('DBT_INTERNAL_SOURCE.' ~ column) -%}
    {%- endfor -%}

    update {{ target.render() }}
    set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
    from {{ source }} as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }}::text = {{ target.render() }}.{{ columns.dbt_scd_id }}::text
      and DBT_INTERNAL_SOURCE.dbt_change_type::text in ('update'::text, 'delete'::text)
      {% if open_end %}
        and ({{ end }} = {{ open_end }} or {{ end }} is null);
      {% else %}
        and {{ end }} is null;
      {% endif %}


    insert into {{ target.render() }} ({{ insert_cols | join(', ') }})
    select {{ source_columns | join(',') }}
    from {{ source }} as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_change_type::text = 'insert'::text;
{% endmacro %}
