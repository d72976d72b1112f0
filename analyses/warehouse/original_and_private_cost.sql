-- The noise is large for one visit and small for their average.
select
  count(*) as visits,
  round(avg(cost), 2) as average_cost,
  round(avg(cost_with_privacy), 2) as average_cost_with_privacy,
  round(avg(abs(cost_with_privacy - cost)), 2) as average_noise_of_one_visit,
  round(abs(avg(cost_with_privacy) - avg(cost)), 2) as noise_of_the_average,
  min(privacy_epsilon) as epsilon
from {{ reader_of('fact_visits') }}
