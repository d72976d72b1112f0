-- Which devices go with which conditions. A patient counts once for each brand worn.
select
  models.brand_name,
  named.condition,
  count(distinct records.patient_id) as patients
from {{ ref('medical_records') }} as records
cross join lateral unnest(records.medical_conditions) as named (condition)
inner join {{ ref('medical_record_and_trackers') }} as worn on worn.patient_id = records.patient_id
inner join {{ ref('tracker_models') }} as models on models.model_id = worn.model_id
group by models.brand_name, named.condition
