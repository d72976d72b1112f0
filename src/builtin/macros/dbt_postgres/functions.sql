{# PostgreSQL takes default values; an argument without one may not follow an argument with one,
   which the database itself checks. #}
{% macro postgres__formatted_scalar_function_args_sql() %}
    {% set args = [] %}
    {% for arg in model.arguments %}
        {% set default_value = arg.get('default_value') -%}
        {%- do args.append(arg.name ~ ' ' ~ arg.data_type ~ (' DEFAULT ' ~ default_value if default_value is not none else '')) -%}
    {%- endfor %}
    {{ args | join(', ') }}
{% endmacro %}
