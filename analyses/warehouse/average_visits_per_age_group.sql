-- Average visits per patient by age group, patients without a visit included.
select
  patients.age_group,
  count(distinct patients.patient_key) as patients,
  count(visits.visit_key) as visits,
  round(count(visits.visit_key)::numeric / count(distinct patients.patient_key), 2) as visits_per_patient
from {{ reader_of('dim_patients') }} as patients
left join {{ reader_of('fact_visits') }} as visits on visits.patient_key = patients.patient_key
group by patients.age_group
order by patients.age_group
