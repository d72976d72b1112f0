-- Every visit lies in the partition of its year.
select visit_key, visit_date, tableoid::regclass as partition
from {{ ref('fact_visits') }}
where tableoid is distinct from to_regclass(
  '{{ ref("fact_visits").include(database=false) }}'::regclass || '_' || extract(year from visit_date)
)
