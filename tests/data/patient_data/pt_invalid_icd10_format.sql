{{ config(severity='warn') }}

-- Diagnosis codes that do not look like ICD-10-CM.
select diagnosis_id, code
from {{ ref('diagnoses') }}
where code !~ '^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$'
