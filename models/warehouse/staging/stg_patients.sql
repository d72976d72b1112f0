-- Patients without validation errors.
select patient_id, anonymized_name, age_group, gender, region
from {{ ref('staging_patients') }}
where cardinality(validation_errors) = 0
