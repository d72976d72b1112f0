{{ config(indexes=[{'columns': ['model_id']}] if var('hf_indexes') else []) }}

-- A variant is a model in one color, display and strap. Of two offers of one variant the better known counts.
with variants as (
  select distinct on (brand_name, device_type, model_name, color, display, strap_material) *
  from {{ ref('stg_hf_trackers') }}
  order by brand_name, device_type, model_name, color, display, strap_material,
    reviews desc nulls last, selling_price, original_price, rating, average_battery_life_days
)

select
  {{ surrogate_bigint(['variants.brand_name', 'variants.device_type', 'variants.model_name', 'variants.color', 'variants.display', 'variants.strap_material']) }} as tracker_id,
  models.model_id,
  variants.color,
  variants.selling_price,
  variants.original_price,
  variants.display,
  variants.rating,
  variants.strap_material,
  variants.average_battery_life_days,
  variants.reviews
from variants
inner join {{ ref('tracker_models') }} as models
  on models.brand_name = variants.brand_name
  and models.device_type is not distinct from variants.device_type
  and models.model_name = variants.model_name
