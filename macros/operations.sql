{#
  Drops the schemas of one system, so that the next build starts clean:
    weft run-operation reset_system --args '{system: health_tracker}'
  The audit log, the salt and the snapshots stay.
#}
{% macro reset_system(system) %}
  {% set systems = system_schemas() %}
  {% if system not in systems %}
    {% do exceptions.raise_compiler_error(
      "reset_system: unknown system `" ~ system ~ "`; expected one of: " ~ systems.keys() | sort | join(", ")) %}
  {% endif %}
  {% for schema in systems[system] %}
    {% do run_query('drop schema if exists ' ~ adapter.quote(prefixed_schema(schema)) ~ ' cascade') %}
    {% do log('dropped schema ' ~ prefixed_schema(schema), info=true) %}
  {% endfor %}
{% endmacro %}
