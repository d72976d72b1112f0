{{ config(materialized='table', post_hook="{{ audit_load('LOAD') }}") }}

-- Visits typed and cleaned, each with what is wrong with the row. A visit whose patient or provider
-- is not known yet is judged again by the next build.
with typed as (
  select
    row_no,
    privacy.try_numeric(visit_id) as visit_number,
    privacy.try_numeric(patient_id) as patient_number,
    privacy.try_numeric(provider_id) as provider_number,
    privacy.try_date(visit_date) as visit_date,
    {{ blank_to_null('diagnosis') }} as diagnosis,
    {{ blank_to_null('procedure_performed') }} as procedure_performed,
    -- A currency sign and thousands separators may come with the number.
    privacy.try_numeric(translate(cost, '$,', '')) as cost_number
  from {{ ref('dw_synthetic_visits') }}
),

identified as (
  select
    row_no,
    {{ whole_number('visit_number', 9223372036854775807) }}::bigint as visit_id,
    patient_number,
    provider_number,
    visit_date,
    diagnosis,
    procedure_performed,
    -- Greater ones, with noise, do not fit the column of the facts.
    case when abs(cost_number) < 99990000 then round(cost_number, 2)::numeric(10, 2) end as cost
  from typed
),

numbered as (
  select *, row_number() over (partition by visit_id order by row_no) as occurrence
  from identified
)

select
  numbered.visit_id,
  patients.patient_id,
  providers.provider_id,
  numbered.visit_date,
  numbered.diagnosis,
  numbered.procedure_performed,
  numbered.cost,
  array_remove(array[
    case when numbered.visit_id is null then 'missing_id' end,
    case when numbered.visit_id is not null and numbered.occurrence > 1 then 'duplicate_id' end,
    case when patients.patient_id is null then 'unknown_patient' end,
    case when providers.provider_id is null then 'unknown_provider' end,
    case when numbered.visit_date is null then 'bad_visit_date' end,
    case when numbered.visit_date > {{ as_of_date() }} then 'future_visit_date' end,
    case when extract(year from numbered.visit_date) < {{ var('dw_first_year') }} then 'before_first_year' end,
    case when numbered.cost is null then 'missing_cost' end,
    case when numbered.cost < 0 then 'negative_cost' end
  ], null) as validation_errors
from numbered
left join {{ ref('stg_patients') }} as patients on patients.patient_id = numbered.patient_number
left join {{ ref('stg_providers') }} as providers on providers.provider_id = numbered.provider_number
