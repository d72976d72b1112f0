{# A function of the database. #}
{% materialization function, default, supported_languages=['sql', 'python', 'javascript'] %}
    {% set existing_relation = load_cached_relation(this) %}
    {% set target_relation = this.incorporate(type=this.Function) %}

    {# <type>_function_<language> is the macro that writes the statement, per engine. #}
    {% set kind = model.config.get('type') %}
    {% set build_macro = kind ~ '_function_' ~ model.language %}
    {% if build_macro not in context %}
        {% do exceptions.raise_not_implemented(
            kind ~ ' functions in ' ~ model.language ~ ' are not supported by the adapter ' ~ adapter.type()) %}
    {% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {{ function_execute_build_sql(context[build_macro](target_relation), existing_relation, target_relation) }}

    {{ run_hooks(post_hooks, inside_transaction=True) }}

    {% do adapter.commit() %}

    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
