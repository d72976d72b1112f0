-- Patients and their visits by gender.
with figures as (
  select
    patients.gender,
    count(distinct patients.patient_key) as patients,
    count(visits.visit_key) as visits
  from {{ ref('dim_patients') }} as patients
  left join {{ ref('fact_visits') }} as visits on visits.patient_key = patients.patient_key
  group by patients.gender
)

select
  gender,
  {{ shown('patients') }} as patients,
  {{ shown('visits') }} as visits
from figures
