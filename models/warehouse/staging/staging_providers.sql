{{ config(materialized='table', post_hook="{{ audit_load('LOAD') }}") }}

-- Providers typed and cleaned, each with what is wrong with the row.
with typed as (
  select
    row_no,
    privacy.try_numeric(provider_id) as provider_number,
    {{ blank_to_null('provider_name') }} as provider_name,
    coalesce({{ blank_to_null('specialty') }}, 'Unspecified') as specialty
  from {{ ref('dw_synthetic_providers') }}
),

identified as (
  select *, {{ whole_number('provider_number', 2147483647) }}::integer as provider_id
  from typed
),

numbered as (
  select *, row_number() over (partition by provider_id order by row_no) as occurrence
  from identified
)

select
  provider_id,
  provider_name,
  specialty,
  array_remove(array[
    case when provider_id is null then 'missing_id' end,
    case when provider_id is not null and occurrence > 1 then 'duplicate_id' end,
    case when provider_name is null then 'missing_name' end
  ], null) as validation_errors
from numbered
