-- Each device that a patient names, with the model it stands for: `brand model`, whatever the case.
with named as (
  select records.patient_id, entry.tracker
  from {{ ref('stg_hf_medical_records') }} as records
  cross join lateral unnest(records.trackers) as entry (tracker)
)

select distinct on (named.patient_id, {{ normalize_name('named.tracker') }})
  named.patient_id,
  named.tracker,
  models.model_id
from named
left join {{ ref('tracker_models') }} as models
  on {{ normalize_name("models.brand_name || ' ' || models.model_name") }} = {{ normalize_name('named.tracker') }}
-- Two models of one name differ in the kind of device; the first kind is taken.
order by named.patient_id, {{ normalize_name('named.tracker') }}, models.device_type, models.model_id
