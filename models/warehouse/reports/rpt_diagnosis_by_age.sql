-- Diagnoses by age group.
with figures as (
  select
    coalesce(visits.diagnosis, 'Not recorded') as diagnosis,
    patients.age_group,
    count(distinct visits.patient_key) as patients,
    count(*) as visits
  from {{ ref('fact_visits') }} as visits
  inner join {{ ref('dim_patients') }} as patients on patients.patient_key = visits.patient_key
  group by 1, 2
)

select
  diagnosis,
  age_group,
  {{ shown('visits') }} as visits
from figures
