{{ config(severity='warn') }}

-- Devices that patients name and the shop does not list.
select patient_id, tracker
from {{ ref('hf_unmatched_trackers') }}
