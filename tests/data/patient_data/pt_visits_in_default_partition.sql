{{ config(severity='warn') }}

-- Visits outside the yearly partitions.
select visit_id, visit_date
from {{ ref('visits') }}
where tableoid = to_regclass('{{ ref("visits").include(database=false) }}'::regclass || '_default')
