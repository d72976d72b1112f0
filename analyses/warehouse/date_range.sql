-- First and last visit, and the days between them that have none.
select
  min(visit_date) as first_visit,
  max(visit_date) as last_visit,
  max(visit_date) - min(visit_date) + 1 - count(distinct visit_date) as days_without_visit
from {{ reader_of('fact_visits') }}
