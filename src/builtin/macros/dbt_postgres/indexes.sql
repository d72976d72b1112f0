{# Indexes. #}

{# The adapter names an index after its definition and the relation, and checks the definition. #}
{% macro postgres__get_create_index_sql(relation, index_dict) -%}
  {%- set index = adapter.parse_index(index_dict) -%}
  create {% if index.unique -%}
    unique
  {%- endif %} index if not exists
  "{{ index.render(relation) }}"
  on {{ relation }} {% if index.type -%}
    using {{ index.type }}
  {%- endif %}
  ({{ index["keys"] | join(", ") }}){{ index.options }}
{%- endmacro %}

{%- macro postgres__get_drop_index_sql(relation, index_name) -%}
    drop index if exists "{{ relation.schema }}"."{{ index_name }}"
{%- endmacro -%}

{# The columns in the order of the index, which matters when comparing with the config. #}
{%- macro postgres__get_show_indexes_sql(relation) %}
    select
        ind.relname as name,
        method.amname as method,
        def.indisunique as "unique",
        array_to_string(array_agg(att.attname order by position.n) filter (where position.n <= def.indnkeyatts), ',')
            as column_names,
        bool_and(att.attname is not null) and bool_and(def.indpred is null and def.indnatts = def.indnkeyatts)
            and bool_and(strpos(pg_catalog.pg_get_indexdef(def.indexrelid), ' NULLS NOT DISTINCT') = 0) as is_plain
    from pg_catalog.pg_index as def
    join pg_catalog.pg_class as ind on ind.oid = def.indexrelid
    join pg_catalog.pg_am as method on method.oid = ind.relam
    join pg_catalog.pg_class as rel on rel.oid = def.indrelid
    join pg_catalog.pg_namespace as nsp on nsp.oid = rel.relnamespace
    cross join lateral unnest(def.indkey) with ordinality as position (attnum, n)
    left join pg_catalog.pg_attribute as att on att.attrelid = rel.oid and att.attnum = position.attnum
        and position.attnum <> 0
    where rel.relname = '{{ dbt.escape_single_quotes(relation.identifier) }}'
      and nsp.nspname = '{{ dbt.escape_single_quotes(relation.schema) }}'
      and rel.relkind in ('r', 'p', 'm')
    group by 1, 2, 3
    order by 1, 2, 3
{% endmacro %}
