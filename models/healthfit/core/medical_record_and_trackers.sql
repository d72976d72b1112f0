{{ config(indexes=[{'columns': ['model_id']}] if var('hf_indexes') else []) }}

select distinct records.patient_id, named.model_id
from {{ ref('hf_named_trackers') }} as named
inner join {{ ref('medical_records') }} as records on records.patient_id = named.patient_id
where named.model_id is not null
