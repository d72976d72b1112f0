{# A unit test: the model's query over fixture rows, beside the rows it should give. The comparison is
   made by the caller, from the tagged result. #}
{%- materialization unit, default -%}

  {% set expected_rows = config.get('expected_rows') %}
  {% set expected_sql = config.get('expected_sql') %}
  {% set compared_columns = expected_rows[0].keys() if expected_rows else get_columns_in_query(sql) %}
  {% set sql_header = config.get('sql_header') %}

  {# The types the model gives, from an empty table made of its query. #}
  {% set temp_relation = make_temp_relation(this.incorporate(type='table')) %}
  {% do run_query(get_create_table_as_sql(True, temp_relation, get_empty_subquery_sql(sql))) %}
  {% set data_types, quoted_names = {}, {} %}
  {% for column in adapter.get_columns_in_relation(temp_relation) %}
    {% do data_types.update({column.name | lower: column.data_type}) %}
    {% do quoted_names.update({column.name | lower: column.quoted}) %}
  {% endfor %}

  {% set compared_names = [] %}
  {% for name in compared_columns %}
    {% do compared_names.append(quoted_names[name | lower]) %}
  {% endfor %}

  {% set unit_test_sql = get_unit_test_sql(
      sql, expected_sql or get_expected_sql(expected_rows, data_types, quoted_names), compared_names) %}

  {% call statement('main', fetch_result=True) %}
    {{ unit_test_sql }}
  {%- endcall %}

  {% do adapter.drop_relation(temp_relation) %}

  {{ return({'relations': []}) }}

{%- endmaterialization -%}
