{# Comments on relations and columns. #}

{# Dollar quotes take any text but their own tag, which would end the literal early. #}
{% macro postgres_escape_comment(comment) -%}
  {%- if comment is not string -%}
    {%- do exceptions.raise_compiler_error('cannot escape a comment that is not a string: ' ~ comment) -%}
  {%- endif -%}
  {%- set tag = '$dbt_comment_literal_block$' -%}
  {%- if tag in comment -%}
    {%- do exceptions.raise_compiler_error('The string ' ~ tag ~ ' is not allowed in comments.') -%}
  {%- endif -%}
  {{ tag ~ comment ~ tag }}
{%- endmacro %}

{% macro postgres__alter_relation_comment(relation, comment) %}
  comment on {{ relation.type | replace('_', ' ') }} {{ relation.render() }} is {{ postgres_escape_comment(comment) }};
{% endmacro %}

{# One statement a column, sent together. #}
{% macro postgres__alter_column_comment(relation, column_dict) %}
  {% for name, column in column_dict.items() %}
    comment on column {{ relation.render() }}.{{ adapter.quote(name) if column.get('quote') else name }} is {{ postgres_escape_comment(column['description']) }};
  {% endfor %}
{% endmacro %}
