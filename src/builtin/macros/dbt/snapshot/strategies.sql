{# How a snapshot tells that a row has changed. A strategy named x is a macro snapshot_x_strategy with
   the five arguments below; it returns unique_key, updated_at, row_changed, scd_id and hard_deletes. #}

{# `name` or `package.name`; without a package the whole context is searched. #}
{% macro strategy_dispatch(name) -%}
{% set package, bare_name = name.split(".", 1) if "." in name else (none, name) %}
{% set scope = context if package is none else context.get(package) %}
{% if scope is none %}
    {{ exceptions.raise_compiler_error("Could not find package '" ~ package ~ "', called with '" ~ name ~ "'") }}
{% endif %}
{% set found = scope.get('snapshot_' ~ bare_name ~ '_strategy') %}
{% if found is none %}
    {{ exceptions.raise_compiler_error("The specified strategy macro '" ~ bare_name ~ "' was not found in package '" ~ package ~ "'") }}
{% endif %}
{{ return(found) }}
{%- endmacro %}

{# The id of one version of a row: a hash of its key and its time. Changing the formula would give all
   rows of existing snapshots new ids. #}
{% macro snapshot_hash_arguments(args) -%}
  {{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}
{%- endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
    md5({% for arg in args -%}
        coalesce(cast({{ arg }} as varchar ), '')
        {% if not loop.last %} || '|' || {% endif %}
    {%- endfor %})
{%- endmacro %}

{# A row has changed when it was updated after the version on record became valid. #}
{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {% set columns = config.get("snapshot_table_column_names") or get_snapshot_table_column_names() %}
    {% set unique_key = config.get('unique_key') %}
    {% set updated_at = config.get('updated_at') %}
    {% set hard_deletes = adapter.get_hard_deletes_behavior(config) %}

    {# Not the updated_at on record: that column is missing if the strategy was `check` before. #}
    {% set row_changed -%}
        ({{ snapshotted_rel }}.{{ columns.dbt_valid_from }} < {{ current_rel }}.{{ updated_at }})
    {%- endset %}

    {% do return({
        "unique_key": unique_key,
        "updated_at": updated_at,
        "row_changed": row_changed,
        "scd_id": snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
        "invalidate_hard_deletes": hard_deletes == 'invalidate',
        "hard_deletes": hard_deletes,
    }) %}
{% endmacro %}

{# A time given as text, as a literal of the database. #}
{% macro snapshot_string_as_time(timestamp) -%}
    {{ adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp) }}
{%- endmacro %}

{% macro default__snapshot_string_as_time(timestamp) %}
    {% do exceptions.raise_not_implemented(
        'snapshot_string_as_time macro not implemented for adapter ' ~ adapter.type()) %}
{% endmacro %}

{# (whether a compared column is new, the compared columns that the target has, quoted) #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
    {# The first run takes every row: nothing is compared. #}
    {%- if not target_exists -%}
        {{ return((false, [])) }}
    {%- endif -%}

    {%- if check_cols_config == 'all' -%}
        {%- set compared = get_columns_in_query(node['compiled_code']) -%}
    {%- elif check_cols_config is iterable and check_cols_config | length > 0 -%}
        {# Asked of the database, which knows how it spells them. The line ends keep a comment at the
           end of the model from swallowing the parenthesis. #}
        {%- set only_compared -%}
            select {{ check_cols_config | join(', ') }} from (
                {{ node['compiled_code'] }}
            ) subq
        {%- endset -%}
        {%- set compared = get_columns_in_query(only_compared) -%}
    {%- else -%}
        {%- do exceptions.raise_compiler_error("Invalid value for 'check_cols': " ~ check_cols_config) -%}
    {%- endif -%}

    {%- set target_relation = adapter.get_relation(
        database=node.database, schema=node.schema, identifier=node.alias) -%}
    {%- set known = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | list -%}
    {%- set existing = [] -%}
    {%- for name in compared if name in known -%}
        {%- do existing.append(adapter.quote(name)) -%}
    {%- endfor -%}
    {{ return((existing | length < compared | length, existing)) }}
{%- endmacro %}

{# A row has changed when a compared column differs, nulls included; every row has when a column is
   new. #}
{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
    {% set unique_key = config.get('unique_key') %}
    {% set hard_deletes = adapter.get_hard_deletes_behavior(config) %}
    {% set updated_at = config.get('updated_at') or snapshot_get_time() %}
    {% set column_added, check_cols = snapshot_check_all_get_existing_columns(
        node, target_exists, config.get('check_cols')) %}

    {% set row_changed %}
    (
    {%- if column_added -%}
        {{ get_true_sql() }}
    {%- else -%}
    {%- for column in check_cols -%}
        {%- set old, new = snapshotted_rel ~ '.' ~ column, current_rel ~ '.' ~ column %}
        {{ old }} != {{ new }}
        or (({{ old }} is null) != ({{ new }} is null))
        {%- if not loop.last %} or {% endif -%}
    {%- endfor -%}
    {%- endif -%}
    )
    {%- endset %}

    {% do return({
        "unique_key": unique_key,
        "updated_at": updated_at,
        "row_changed": row_changed,
        "scd_id": snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
        "invalidate_hard_deletes": hard_deletes == 'invalidate',
        "hard_deletes": hard_deletes,
    }) %}
{% endmacro %}
