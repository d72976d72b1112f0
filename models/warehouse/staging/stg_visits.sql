-- Visits without validation errors.
select visit_id, patient_id, provider_id, visit_date, diagnosis, procedure_performed, cost
from {{ ref('staging_visits') }}
where cardinality(validation_errors) = 0
