{{ config(severity='warn') }}

-- Treatments whose dose is missing or not a number and a unit.
select treatment_id, drug
from {{ ref('treatments') }}
where dose_value is null
