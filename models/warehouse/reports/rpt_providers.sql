-- What each provider did, those without a visit included.
with figures as (
  select
    providers.provider_key,
    providers.provider_name,
    providers.specialty,
    count(visits.visit_key) as visits,
    count(distinct visits.patient_key) as patients,
    avg(visits.cost_with_privacy) as avg_cost
  from {{ ref('dim_providers') }} as providers
  left join {{ ref('fact_visits') }} as visits on visits.provider_key = providers.provider_key
  group by providers.provider_key, providers.provider_name, providers.specialty
)

select
  provider_name,
  specialty,
  {{ shown('visits') }} as visits,
  {{ shown('patients') }} as patients,
  {{ shown('round(avg_cost, 2)') }} as avg_cost
from figures
