{# Names of helper relations within PostgreSQL's 63 bytes. #}

{# dstring adds the time, so that two runs do not share a temporary name. #}
{% macro postgres__make_relation_with_suffix(base_relation, suffix, dstring) %}
    {% set ending = suffix ~ (modules.datetime.datetime.now().strftime("%H%M%S%f") if dstring else '') %}
    {% set room = base_relation.relation_max_name_length() - ending | length %}

    {% if room < 0 %}
        {% do exceptions.raise_compiler_error("the suffix `" ~ suffix ~ "` is longer than a name may be ("
            ~ base_relation.relation_max_name_length() ~ " characters)") %}
    {% endif %}

    {{ return(base_relation.incorporate(path={"identifier": base_relation.identifier[:room] ~ ending})) }}
{% endmacro %}

{% macro postgres__make_intermediate_relation(base_relation, suffix) %}
    {{ return(postgres__make_relation_with_suffix(base_relation, suffix, dstring=False)) }}
{% endmacro %}

{# Without schema and database: it lives in the schema of the session's temporary tables. #}
{% macro postgres__make_temp_relation(base_relation, suffix) %}
    {% set named = postgres__make_relation_with_suffix(base_relation, suffix, dstring=True) %}
    {{ return(named.incorporate(path={"schema": none, "database": none})) }}
{% endmacro %}

{% macro postgres__make_backup_relation(base_relation, backup_relation_type, suffix) %}
    {% set named = postgres__make_relation_with_suffix(base_relation, suffix, dstring=False) %}
    {{ return(named.incorporate(type=backup_relation_type)) }}
{% endmacro %}
