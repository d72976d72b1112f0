-- Patients with each diagnosis, by age group.
select diagnoses.code, patients.age_group, count(distinct patients.patient_id) as patients
from {{ ref('diagnoses_masked') }} as diagnoses
inner join {{ ref('visits_masked') }} as visits
  on visits.visit_id = diagnoses.visit_id and visits.visit_date = diagnoses.visit_date
inner join {{ ref('patients_masked') }} as patients on patients.patient_id = visits.patient_id
group by 1, 2
order by 1, 2
