{#
  No text column holds an e-mail address, a phone number, a social security number or a record number.
  The distinct values of each column are read, so a large table costs little.
#}
{% test no_pii_values(model) %}
{%- set text_columns = [] -%}
{%- if execute -%}
  {%- for column in adapter.get_columns_in_relation(model) if column.is_string() -%}
    {%- do text_columns.append(column) -%}
  {%- endfor -%}
{%- endif -%}
{%- set patterns = [
  '[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alnum:].-]+',
  '\m\(?[0-9]{3}\)?[-. ][0-9]{3}[-. ][0-9]{4}\M',
  '\m[0-9]{3}-[0-9]{2}-[0-9]{4}\M',
  '\mMRN-?[0-9]{4,}\M',
] -%}
{%- for column in text_columns %}
select '{{ column.name }}' as column_name, value
from (select distinct {{ column.quoted }} as value from {{ model }}) as found
where value ~* '{{ patterns | join("|") }}'
{{ "union all" if not loop.last }}
{%- else %}
select null::text as column_name, null::text as value
where false
{%- endfor %}
{% endtest %}
