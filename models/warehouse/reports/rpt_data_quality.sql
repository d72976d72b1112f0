-- What is missing, in one row.
select
  count(*) filter (where diagnosis is null) as missing_diagnosis,
  count(*) filter (where procedure_performed is null) as missing_procedure,
  min(visit_date) as earliest_visit,
  max(visit_date) as latest_visit,
  (select count(*) from {{ ref('etl_rejects') }}) as rejected_rows
from {{ ref('fact_visits') }}
