-- The noise averages out, and its mean size is its scale. In units of the scale the noise of a cost
-- well above zero is a Laplace variable of scale 1; few rows are given more room.
with noise as (
  select
    (cost_with_privacy - cost) as noise,
    (cost_with_privacy - cost) * privacy_epsilon / {{ var('dw_sensitivity') }} as unit_noise
  from {{ ref('fact_visits') }}
  where cost > 10 * {{ var('dw_sensitivity') }} / privacy_epsilon
),

measured as (
  select count(*) as rows_found, avg(noise) as mean_noise, avg(unit_noise) as mean_unit_noise, avg(abs(unit_noise)) as mean_size
  from noise
)

select *
from measured
where rows_found > 0
  and (
    abs(mean_unit_noise) > greatest(0.05, 6 / sqrt(rows_found))
    or abs(mean_size - 1) > greatest(0.05, 5 / sqrt(rows_found))
  )
