-- Visits in each yearly partition; one without a row is listed too.
with partitions as (
  select c.relname as partition, right(c.relname, 4)::integer as year
  from pg_inherits as i
  inner join pg_class as c on c.oid = i.inhrelid
  inner join pg_class as parent on parent.oid = i.inhparent
  inner join pg_namespace as n on n.oid = parent.relnamespace
  where parent.relname = 'fact_visits' and n.nspname = '{{ ref("fact_visits").schema }}'
),

visits as (
  select extract(year from visit_date)::integer as year, count(*) as rows_found
  from {{ reader_of('fact_visits') }}
  group by 1
)

select partitions.partition, coalesce(visits.rows_found, 0) as rows_found
from partitions
left join visits on visits.year = partitions.year
order by partitions.partition
