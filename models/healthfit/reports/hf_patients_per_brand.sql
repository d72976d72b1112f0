-- Brands nobody wears are counted too.
select models.brand_name, count(distinct worn.patient_id) as patients
from {{ ref('tracker_models') }} as models
left join {{ ref('medical_record_and_trackers') }} as worn on worn.model_id = models.model_id
group by models.brand_name
