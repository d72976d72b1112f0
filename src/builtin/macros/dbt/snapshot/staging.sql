{# The queries of a snapshot: the table of the first run, and the changes of every later one. #}

{% macro build_snapshot_table(strategy, sql) -%}
  {{ adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql) }}
{% endmacro %}

{% macro default__build_snapshot_table(strategy, sql) %}
    {% set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() %}

    select *,
        {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
        {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
        {{ get_dbt_valid_to_current(strategy, columns) }}
      {%- if strategy.hard_deletes == 'new_record' -%}
        , 'False' as {{ columns.dbt_is_deleted }}
      {% endif -%}
    from (
        {{ sql }}
    ) sbq

{% endmacro %}

{# Creates the table of changes; returns its relation. #}
{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
    {% set staging = make_temp_relation(target_relation) %}
    {% set changes = snapshot_staging_table(strategy, sql, target_relation) %}

    {% call statement('build_snapshot_staging_relation') %}
        {{ create_table_as(True, staging, changes) }}
    {% endcall %}

    {% do return(staging) %}
{% endmacro %}

{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {{ adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation) }}
{% endmacro %}

{# One row a change, with dbt_change_type:
     insert  a new version: a new key, a changed row, or the record of a deletion
     update  the end of the version that was valid so far
     delete  the same, for a key that is gone from the source
   All parts list their columns in the same order, since union goes by position. #}
{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
    {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
    {%- set key = strategy.unique_key -%}
    {%- set key_fields = unique_key_fields(key) | trim -%}
    {%- set same_key = unique_key_join_on(key, 'snapshotted_data', 'source_data') | trim -%}
    {%- set keeps_deletions = strategy.hard_deletes == 'new_record' -%}
    {%- set sees_deletions = strategy.hard_deletes in ('invalidate', 'new_record') -%}
    {%- set open_end = config.get('dbt_valid_to_current') -%}
    {%- set recorded_open = 'snapshotted_data.' ~ columns.dbt_valid_to ~ (' = ' ~ open_end if open_end else ' is null') -%}
    {%- set recorded_deletion = 'snapshotted_data.' ~ columns.dbt_is_deleted ~ " = 'True'" -%}

    with snapshot_query as (

        {{ source_sql }}

    ),

    snapshotted_data as (

        select *, {{ key_fields }}
        from {{ target_relation }}
        where
        {%- if open_end %}
            ({{ columns.dbt_valid_to }} = {{ open_end }} or {{ columns.dbt_valid_to }} is null)
        {%- else %}
            {{ columns.dbt_valid_to }} is null
        {%- endif %}

    ),

    insertions_source_data as (

        select *, {{ key_fields }},
            {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
            {{ get_dbt_valid_to_current(strategy, columns) | trim }},
            {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}

        from snapshot_query
    ),

    updates_source_data as (

        select *, {{ key_fields }},
            {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_to }}

        from snapshot_query
    ),
    {%- if sees_deletions %}

    deletes_source_data as (

        select *, {{ key_fields }}
        from snapshot_query
    ),
    {%- endif %}

    insertions as (

        select
            'insert' as dbt_change_type,
            source_data.*
            {%- if keeps_deletions %}, 'False' as {{ columns.dbt_is_deleted }}{% endif %}

        from insertions_source_data as source_data
        left outer join snapshotted_data
            on {{ same_key }}
        where {{ unique_key_is_null(key, 'snapshotted_data') | trim }}
            or (
                {{ unique_key_is_not_null(key, 'snapshotted_data') | trim }} and (
                    {{ strategy.row_changed }}
                    {%- if keeps_deletions %} or {{ recorded_deletion }}{% endif %}
                )
            )

    ),

    updates as (

        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.{{ columns.dbt_scd_id }}
            {%- if keeps_deletions %}, snapshotted_data.{{ columns.dbt_is_deleted }}{% endif %}

        from updates_source_data as source_data
        join snapshotted_data
            on {{ same_key }}
        where (
            {{ strategy.row_changed }}
            {%- if keeps_deletions %} or {{ recorded_deletion }}{% endif %}
        )
    )
    {%- if sees_deletions %},

    deletes as (

        select
            'delete' as dbt_change_type,
            source_data.*,
            {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_to }},
            snapshotted_data.{{ columns.dbt_scd_id }}
            {%- if keeps_deletions %}, snapshotted_data.{{ columns.dbt_is_deleted }}{% endif %}

        from snapshotted_data
        left join deletes_source_data as source_data
            on {{ same_key }}
        where {{ unique_key_is_null(key, 'source_data') | trim }}
        {%- if keeps_deletions %}
            and not ({{ recorded_deletion }} and {{ recorded_open }})
        {%- endif %}
    )
    {%- endif %}
    {%- if keeps_deletions %},
    {#- The last known values, under a new id. A column that the snapshot does not have yet comes from
        the outer join as a null of the right type. #}
    {%- set recorded = get_list_of_column_names(adapter.get_columns_in_relation(target_relation)) %}

    deletion_records as (

        select
            'insert' as dbt_change_type,
            {%- for column in get_column_schema_from_query(source_sql) %}
            {{ 'snapshotted_data' if column.name in recorded else 'source_data' }}.{{ adapter.quote(column.name) }},
            {%- endfor %}
            {%- if key is string %}
            snapshotted_data.dbt_unique_key,
            {%- else %}
            {%- for part in key %}
            snapshotted_data.dbt_unique_key_{{ loop.index }},
            {%- endfor %}
            {%- endif %}
            {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
            snapshotted_data.{{ columns.dbt_valid_to }} as {{ columns.dbt_valid_to }},
            {{ snapshot_hash_arguments([columns.dbt_scd_id, snapshot_get_time()]) }} as {{ columns.dbt_scd_id }},
            'True' as {{ columns.dbt_is_deleted }}

        from snapshotted_data
        left join deletes_source_data as source_data
            on {{ same_key }}
        where {{ unique_key_is_null(key, 'source_data') | trim }}
            and not ({{ recorded_deletion }} and {{ recorded_open }})

    )
    {%- endif %}

    select * from insertions
    union all
    select * from updates
    {%- if sees_deletions %}
    union all
    select * from deletes
    {%- endif %}
    {%- if keeps_deletions %}
    union all
    select * from deletion_records
    {%- endif %}
{% endmacro %}
