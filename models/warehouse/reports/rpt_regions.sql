-- Patients and their visits by the region they live in.
with figures as (
  select
    coalesce(patients.region, 'Unknown') as region,
    count(distinct patients.patient_key) as patients,
    count(visits.visit_key) as visits,
    avg(visits.cost_with_privacy) as avg_cost
  from {{ ref('dim_patients') }} as patients
  left join {{ ref('fact_visits') }} as visits on visits.patient_key = patients.patient_key
  group by 1
)

select
  region,
  {{ shown('patients') }} as patients,
  {{ shown('visits') }} as visits,
  {{ shown('round(visits::numeric / patients, 2)') }} as visits_per_patient,
  {{ shown('round(avg_cost, 2)') }} as avg_cost
from figures
