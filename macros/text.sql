{# Blank text is no value. #}
{% macro blank_to_null(expression) -%}
  nullif(trim({{ expression }}), '')
{%- endmacro %}


{# One spelling of a name that people type: lower case, no outer blanks, single inner ones. #}
{% macro normalize_name(expression) -%}
  lower(regexp_replace(btrim({{ expression }}, E' \t\r\n'), '\s+', ' ', 'g'))
{%- endmacro %}
