-- Active and resolved conditions are part of all.
select patient_key, condition_key, condition_count, active_count, resolved_count
from {{ ref('fact_condition') }}
where active_count + resolved_count > condition_count
