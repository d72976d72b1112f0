-- Sizes of the star's tables and partitions, for operators. Rows and dead rows are PostgreSQL's estimates.
-- depends_on: {{ ref('dim_patients') }}
-- depends_on: {{ ref('dim_providers') }}
select
  namespaces.nspname || '.' || tables.relname as table_name,
  greatest(tables.reltuples, 0)::bigint as rows_estimate,
  pg_total_relation_size(tables.oid) as bytes,
  coalesce(pg_stat_get_dead_tuples(tables.oid), 0) as dead_rows
from pg_class as tables
inner join pg_namespace as namespaces on namespaces.oid = tables.relnamespace
where namespaces.nspname = '{{ ref("fact_visits").schema }}'
  and tables.relkind = 'r'
