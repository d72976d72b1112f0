{{ config(
  materialized='incremental',
  incremental_strategy='microbatch',
  unique_key='reading_id',
  event_time='reading_at',
  begin='2025-10-01',
  batch_size='month',
  lookback=1,
  indexes=[
    {'columns': ['reading_at'], 'type': 'brin'},
    {'columns': ['patient_id', 'metric', 'reading_at']},
  ],
) }}

select reading_id, patient_id, model_id, metric, value, reading_at
from {{ ref('hf_generated_readings') }}
