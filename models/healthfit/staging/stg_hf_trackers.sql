-- The shop's list, typed: each variant once, brands in one spelling, without rows nobody could sell.
with typed as (
  select
    regexp_replace({{ blank_to_null('"Brand Name"') }}, '\s+', ' ', 'g') as brand_as_sent,
    -- What spellings of one brand have in common.
    lower(regexp_replace("Brand Name", '[^[:alnum:]]', '', 'g')) as brand_key,
    case lower(regexp_replace("Device Type", '[^[:alnum:]]', '', 'g'))
      when 'smartwatch' then 'Smartwatch'
      when 'fitnessband' then 'FitnessBand'
    end as device_type,
    regexp_replace({{ blank_to_null('"Model Name"') }}, '\s+', ' ', 'g') as model_name,
    {{ blank_to_null('"Color"') }} as color,
    {{ grouped_number('"Selling Price"') }} as selling_price,
    {{ grouped_number('"Original Price"') }} as original_price,
    {{ blank_to_null('"Display"') }} as display,
    {{ grouped_number('"Rating (Out of 5)"') }} as rating,
    {{ blank_to_null('"Strap Material"') }} as strap_material,
    {{ grouped_number('"Average Battery Life (in days)"') }} as battery_life,
    {{ grouped_number('"Reviews"') }} as reviews
  from {{ ref('hf_fitness_tracker_data') }}
),

-- A brand is spelled as most rows spell it.
brands as (
  select brand_key, mode() within group (order by brand_as_sent) as brand_name
  from typed
  where brand_key <> ''
  group by brand_key
)

select distinct
  brands.brand_name,
  typed.device_type,
  typed.model_name,
  typed.color,
  typed.selling_price::numeric(10, 2) as selling_price,
  case when typed.original_price > 0 and typed.original_price < 99999999 then typed.original_price end::numeric(10, 2) as original_price,
  typed.display,
  typed.rating::numeric(2, 1) as rating,
  typed.strap_material,
  case when typed.battery_life between 0 and 9999 then typed.battery_life end::numeric(5, 1) as average_battery_life_days,
  case when typed.reviews between 0 and 2147483647 then typed.reviews end::integer as reviews
from typed
inner join brands on brands.brand_key = typed.brand_key
where typed.model_name is not null
  -- Longer texts are no names, and no index would hold them.
  and length(brands.brand_name) <= 200
  and length(typed.model_name) <= 200
  -- A missing price or rating is unknown, not wrong.
  and (typed.selling_price is null or (typed.selling_price >= 0.01 and typed.selling_price < 99999999))
  and (typed.rating is null or typed.rating between 0 and 5)
