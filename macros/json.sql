{#
  The lines of a JSON file: weft loads the file itself, dbt the CSV twin that `scripts/json_twins`
  writes. Both have the columns (line, payload_text).
#}
{% macro json_documents(name) %}
  {{ return(ref(name) if weft_version is defined else ref(name ~ '_csv')) }}
{% endmacro %}


{# Text at a path of a JSON document, trimmed, null where nothing is left. `path` is such as `contact,phone`. #}
{% macro json_text(expression, path) -%}
  nullif(btrim({{ expression }} #>> '{ {{- path -}} }', E' \t\r\n'), '')
{%- endmacro %}


{#
  A word that names something: text or a number of at most 200 characters, null for any other value.
  Longer ones are no names, and no index would hold them.
#}
{% macro json_key(expression, path) -%}
  case
    when jsonb_typeof({{ expression }} #> '{ {{- path -}} }') in ('string', 'number')
      and length({{ expression }} #>> '{ {{- path -}} }') <= 200
      then {{ json_text(expression, path) }}
  end
{%- endmacro %}
