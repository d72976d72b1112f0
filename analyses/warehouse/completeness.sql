-- How many visits lack a diagnosis or a procedure.
select
  count(*) as visits,
  count(*) - count(diagnosis) as without_diagnosis,
  round(100.0 * (count(*) - count(diagnosis)) / count(*), 1) as percent_without_diagnosis,
  count(*) - count(procedure_performed) as without_procedure,
  round(100.0 * (count(*) - count(procedure_performed)) / count(*), 1) as percent_without_procedure
from {{ reader_of('fact_visits') }}
