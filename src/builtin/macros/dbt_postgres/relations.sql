{# Tables, views and materialized views in PostgreSQL. #}

{# With a contract the table is created first, with its types and constraints, and filled after. #}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
  {%- set partition_by = none if temporary else adapter.partition_by() -%}
  {%- if partition_by is not none -%}
  {#- PostgreSQL makes no partitioned table of a query. The rows wait in a temporary table where the
      partitions depend on them; without a contract an empty one gives the columns. -#}
  {%- set enforced = config.get('contract').enforced -%}
  {%- set staged = partition_by.is_automatic or not enforced -%}
  {%- set stage = make_temp_relation(relation) -%}
  {%- if enforced -%}
    {%- do get_assert_columns_equivalent(sql) -%}
  {%- endif -%}
  {%- if staged -%}
    {%- do run_query((config.get('sql_header') or '') ~ '\ncreate temporary table ' ~ stage ~ (' on commit drop' if not target.get('autocommit')) ~ ' as (\n' ~ sql ~ '\n)'
          ~ (' with no data' if not partition_by.is_automatic)) -%}
  {%- elif config.get('sql_header') -%}
    {{ config.get('sql_header') }}
  {%- endif %}
  create table {{ relation }}
  {% if enforced -%}
    {{ get_table_columns_and_constraints() }}
  {%- else -%}
    (like {{ stage }} including defaults)
  {%- endif %}
  {{ partition_by.clause }};
  {%- for statement in adapter.new_partitions(relation, stage if partition_by.is_automatic else none) %}
  {{ statement }};
  {%- endfor %}
  {%- set rows = 'select * from ' ~ stage if partition_by.is_automatic else sql %}
  insert into {{ relation }} {% if enforced %}({{ adapter.dispatch('get_column_names', 'dbt')() }}){% endif %}
  (
    {{ get_select_subquery(rows) if enforced else rows }}
  );
  {%- else -%}
  {%- set sql_header = config.get('sql_header', none) -%}

  {{ sql_header if sql_header is not none }}

  create {% if temporary -%}
    temporary
  {%- elif config.get('unlogged', default=false) -%}
    unlogged
  {%- endif %} table {{ relation }}
  {% set contract = config.get('contract') %}
  {% if contract.enforced %}
    {{ get_assert_columns_equivalent(sql) }}
  {% endif -%}
  {% if contract.enforced and not temporary -%}
      {{ get_table_columns_and_constraints() }} ;
    insert into {{ relation }} (
      {{ adapter.dispatch('get_column_names', 'dbt')() }}
    )
    {%- set sql = get_select_subquery(sql) %}
  {% else %}
    as
  {% endif %}
  (
    {{ sql }}
  );
  {%- endif -%}
{%- endmacro %}

{%- macro postgres__drop_table(relation) -%}
    drop table if exists {{ relation.render() }} cascade
{%- endmacro -%}

{%- macro postgres__drop_view(relation) -%}
    drop view if exists {{ relation.render() }} cascade
{%- endmacro -%}

{%- macro postgres__get_rename_table_sql(relation, new_name) %}
    alter table {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{% endmacro -%}

{%- macro postgres__get_rename_view_sql(relation, new_name) %}
    alter view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{% endmacro -%}

{# PostgreSQL has no such statement for tables. Nothing built in calls this; the text is what callers
   that look at it expect. #}
{% macro postgres__get_replace_table_sql(relation, sql) -%}
    {%- set sql_header = config.get('sql_header', none) %}

    {{ sql_header if sql_header is not none -}}
    create or replace table {{ relation.render() }}
        {% set contract = config.get('contract') %}
        {% if contract.enforced %}
        {{ get_assert_columns_equivalent(sql) }}
        {{ get_table_columns_and_constraints() }}
        {%- set sql = get_select_subquery(sql) %}
        {% endif %}
    as (
        {{ sql }}
    );
{%- endmacro %}

{% macro postgres__get_replace_view_sql(relation, sql) -%}
    {%- set sql_header = config.get('sql_header', none) %}

    {{ sql_header if sql_header is not none -}}
    create or replace view {{ relation.render() }}
        {% set contract = config.get('contract') %}
        {% if contract.enforced %}
        {{ get_assert_columns_equivalent(sql) }}
        {%- endif %}
    as (
        {{ sql }}
    );
{%- endmacro %}
