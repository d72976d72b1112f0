{# Blank text is no value. #}
{% macro blank_to_null(expression) -%}
  nullif(trim({{ expression }}), '')
{%- endmacro %}


{# One spelling of a name that people type: lower case, no outer blanks, single inner ones. #}
{% macro normalize_name(expression) -%}
  lower(regexp_replace(btrim({{ expression }}, E' \t\r\n'), '\s+', ' ', 'g'))
{%- endmacro %}


{# A number that may serve as a key: whole and from 1 to `highest`; null for any other. #}
{% macro whole_number(expression, highest) -%}
  case when {{ expression }} between 1 and {{ highest }} and {{ expression }} % 1 = 0 then {{ expression }} end
{%- endmacro %}
