{# A function of the database. #}
{% materialization function, default, supported_languages=['sql', 'python', 'javascript'] %}
    {% set existing_relation = load_cached_relation(this) %}
    {% set target_relation = this.incorporate(type=this.Function) %}

    {# <type>_function_<language> is the macro that writes the statement, per engine. #}
    {% set build_macro = model.config.get('type') ~ '_function_' ~ model.language %}
    {% if model.language == 'python' %}
        {% for option, article in {'runtime_version': 'A', 'entry_point': 'An'}.items() if not model.config.get(option) %}
            {% do exceptions.raise_compiler_error(article ~ ' `' ~ option ~ '` is required for python functions') %}
        {% endfor %}
    {% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {{ function_execute_build_sql(adapter.dispatch(build_macro, 'dbt')(target_relation), existing_relation, target_relation) }}

    {{ run_hooks(post_hooks, inside_transaction=True) }}

    {% do adapter.commit() %}

    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
