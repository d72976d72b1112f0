{#
  `partition_by` is a config of weft, which builds the table itself. dbt passes over the config, so
  the partitioned table is built here: the columns and constraints of the contract, the partitions
  that are listed, then the rows. Such a model has a contract and `full_refresh: false`, so the table
  is made once and never replaced.
#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
  {%- if temporary or weft_version is defined or not config.get('partition_by') -%}
    {{ dbt.postgres__create_table_as(temporary, relation, sql) }}
  {%- else -%}
    {{ create_partitioned_table_as(relation, sql, config.get('partition_by')) }}
  {%- endif -%}
{%- endmacro %}


{% macro create_partitioned_table_as(relation, sql, partition_by) %}
  {%- set folder = relation.include(database=false, identifier=false) %}
  create table {{ relation }}
  {{ get_assert_columns_equivalent(sql) }}
  {{ get_table_columns_and_constraints() }}
  partition by {{ partition_by.method }} ({{ partition_by.fields | join(', ') }});
  {%- for partition in partition_by.partitions %}
  create table {{ folder }}.{{ adapter.quote(partition.name) }} partition of {{ relation }}
    for values from ({{ partition.from }}) to ({{ partition.to }});
  {%- endfor %}
  {%- if partition_by.default_partition %}
  create table {{ folder }}.{{ adapter.quote(relation.identifier ~ '_default') }} partition of {{ relation }} default;
  {%- endif %}
  insert into {{ relation }} ({{ adapter.dispatch('get_column_names', 'dbt')() }})
  {{ get_select_subquery(sql) }};
{% endmacro %}
