{{ config(indexes=[{'columns': ['brand_name']}] if var('hf_indexes') else []) }}

select
  {{ surrogate_bigint(['brand_name', 'device_type', 'model_name']) }} as model_id,
  brand_name,
  device_type,
  model_name
from {{ ref('stg_hf_trackers') }}
group by brand_name, device_type, model_name
