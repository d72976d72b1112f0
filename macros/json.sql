{#
  The lines of a JSON file: weft loads the file itself, dbt the CSV twin that `scripts/json_twins`
  writes. Both have the columns (line, payload_text).
#}
{% macro json_documents(name) %}
  {{ return(ref(name) if weft_version is defined else ref(name ~ '_csv')) }}
{% endmacro %}
