{{ config(
  materialized='materialized_view',
  indexes=[{'columns': ['patient_id', 'metric'], 'unique': true}],
) }}

select distinct on (patient_id, metric) patient_id, metric, value, reading_at, model_id
from {{ ref('device_readings') }}
order by patient_id, metric, reading_at desc, reading_id
