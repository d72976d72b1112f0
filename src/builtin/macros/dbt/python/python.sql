{# The wrapper of models written in Python. PostgreSQL runs none, but packages of other engines call
   these, and the text is plain. #}

{% macro resolve_model_name(input_model_name) %}
    {{ return(adapter.dispatch('resolve_model_name', 'dbt')(input_model_name)) }}
{% endmacro %}

{%- macro default__resolve_model_name(input_model_name) -%}
    {{ input_model_name | string | replace('"', '\"') }}
{%- endmacro -%}

{# The scripts below fetch every relation the model names through one callable of the engine, the
   load function, which turns a relation's name into a data frame. #}

{% macro build_ref_function(model) %}
    {%- set relations = {} -%}
    {%- for reference in model.refs -%}
        {%- set version = reference.get('version') -%}
        {%- set names = [reference.package, reference.name] if reference.get('package') else [reference.name] -%}
        {%- set key = names | join('.') ~ ('.v' ~ version if version else '') -%}
        {%- do relations.update({key: resolve_model_name(ref(*names, v=version))}) -%}
    {%- endfor -%}

def ref(*names, dbt_load_df_function=None, v=None, version=None):
    wanted = v or version
    key = ".".join(names) + (".v%s" % wanted if wanted else "")
    return dbt_load_df_function({{ relations | tojson }}[key])

{% endmacro %}

{% macro build_source_function(model) %}
    {%- set relations = {} -%}
    {%- for names in model.sources -%}
        {%- do relations.update({names | join('.'): resolve_model_name(source(*names))}) -%}
    {%- endfor -%}

def source(*names, dbt_load_df_function=None):
    return dbt_load_df_function({{ relations | tojson }}[".".join(names)])

{% endmacro %}

{# Only the settings that the script reads, with the defaults it gives. #}
{% macro build_config_dict(model) %}
    {%- set settings, meta = {}, {} -%}
    {%- for name, fallback in zip(model.config.config_keys_used or [], model.config.config_keys_defaults or []) -%}
        {%- do settings.update({name: model.config.get(name, fallback)}) -%}
    {%- endfor -%}
    {%- for name, fallback in zip(model.config.meta_keys_used or [], model.config.meta_keys_defaults or []) -%}
        {%- do meta.update({name: (model.config.meta or {}).get(name, fallback)}) -%}
    {%- endfor -%}
config_dict = {{ settings }}
meta_dict = {{ meta }}
{% endmacro %}

{# What the model function receives as `dbt`: ref, source, config, this, is_incremental. #}
{% macro py_script_postfix(model) %}

{{ build_ref_function(model) }}
{{ build_source_function(model) }}
{{ build_config_dict(model) }}

class config:
    get = staticmethod(config_dict.get)
    meta_get = staticmethod(meta_dict.get)


class this:
    database = {{ this.database | tojson }}
    schema = {{ this.schema | tojson }}
    identifier = {{ this.identifier | tojson }}

    def __repr__(self):
        return {{ resolve_model_name(this) | tojson }}


class dbtObj:
    config = config
    is_incremental = {{ is_incremental() }}

    def __init__(self, load_df_function):
        self.this = this()
        self.ref = lambda *names, **options: ref(*names, dbt_load_df_function=load_df_function, **options)
        self.source = lambda *names: source(*names, dbt_load_df_function=load_df_function)

{{ py_script_comment() }}
{% endmacro %}

{# Text after the script, for engines that run it as a notebook. #}
{%- macro py_script_comment() %}
{% endmacro -%}
