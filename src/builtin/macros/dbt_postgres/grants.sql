{# Grants. A rebuilt relation is a new one here, and starts without the grants of the old. #}

{% macro postgres__copy_grants() %}
    {{ return(False) }}
{% endmacro %}

{# Only what the current role has granted, and not its own rights as the owner. #}
{%- macro postgres__get_show_grant_sql(relation) -%}
  select grantee, privilege_type
  from {{ relation.information_schema('role_table_grants') }}
      where grantor = current_role
        and grantee != current_role
        and table_schema = '{{ dbt.escape_single_quotes(relation.schema) }}'
        and table_name = '{{ dbt.escape_single_quotes(relation.identifier) }}'
{%- endmacro -%}
