-- Devices that patients name and the shop does not list.
select named.patient_id, named.tracker
from {{ ref('hf_named_trackers') }} as named
where named.model_id is null
