-- Each patient is either linked to a model or in the list of those without a device, never both.
with counted as (
  select
    records.patient_id,
    exists (select from {{ ref('medical_record_and_trackers') }} as worn where worn.patient_id = records.patient_id) as has_one,
    exists (select from {{ ref('hf_patients_without_tracker') }} as without where without.patient_id = records.patient_id) as has_none
  from {{ ref('medical_records') }} as records
)

select patient_id
from counted
where has_one = has_none
