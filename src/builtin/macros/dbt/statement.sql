{# The way from SQL text to the database. Everything a macro runs passes through here. #}

{# The body of the call block is the SQL. A named statement leaves its outcome for
   load_result(name); the one named main is the node's own and goes to target/run. #}
{%- macro statement(name=None, fetch_result=False, auto_begin=True, language='sql') -%}
    {%- if execute -%}
        {%- set code = caller() -%}
        {%- if name == 'main' -%}
            {{ write(code, language) }}
        {%- endif -%}

        {%- if language == 'sql' -%}
            {%- set response, table = adapter.execute(code, auto_begin=auto_begin, fetch=fetch_result) -%}
        {%- elif language == 'python' -%}
            {%- set response = submit_python_job(model, code) -%}
            {%- set table = None -%}
        {%- else -%}
            {% do exceptions.raise_compiler_error("`statement` runs sql or python, not `{}`".format(language)) %}
        {%- endif -%}

        {%- if name is not none -%}
            {{ store_result(name, response=response, agate_table=table) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# For work done some other way: records the outcome of a statement that is not sent. #}
{% macro noop_statement(name=None, message=None, code=None, rows_affected=None, res=None) -%}
    {%- set text = caller() -%}
    {%- if name == 'main' -%}
        {{ write(text, 'SQL') }}
    {%- endif -%}

    {%- if name is not none -%}
        {{ store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) }}
    {%- endif -%}
{%- endmacro %}

{# The rows of a query as a table; nothing while parsing. The indentation is part of what is sent and
   logged. #}
{% macro run_query(sql) %}
  {% call statement("run_query_statement", fetch_result=true, auto_begin=false) %}
    {{ sql }}
  {% endcall %}

  {% do return(load_result("run_query_statement").table) %}
{% endmacro %}
