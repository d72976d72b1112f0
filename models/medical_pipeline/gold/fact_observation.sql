select
  observations.observation_id,
  patients.patient_key,
  kinds.observation_key,
  coalesce(practitioners.practitioner_key, 0) as practitioner_key,
  observations.effective_at,
  observations.value
from {{ ref('silver_observation') }} as observations
inner join {{ ref('dim_patient') }} as patients on patients.patient_id = observations.patient_id
inner join {{ ref('dim_observation') }} as kinds on kinds.code = observations.code
left join {{ ref('dim_practitioner') }} as practitioners on practitioners.practitioner_id = observations.practitioner_id
