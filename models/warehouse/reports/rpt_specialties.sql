-- Visits by specialty. The number of providers says nothing about a patient and is always shown.
with figures as (
  select
    providers.specialty,
    count(distinct providers.provider_key) as providers,
    count(visits.visit_key) as visits,
    count(distinct visits.patient_key) as patients
  from {{ ref('dim_providers') }} as providers
  left join {{ ref('fact_visits') }} as visits on visits.provider_key = providers.provider_key
  group by providers.specialty
)

select
  specialty,
  providers,
  {{ shown('visits') }} as visits,
  {{ shown('round(visits::numeric / providers, 2)') }} as visits_per_provider
from figures
