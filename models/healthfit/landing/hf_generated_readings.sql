{{ config(event_time='reading_at') }}

{%- set anchor = "date '" ~ var('generator_anchor') ~ "'" %}

-- What the devices of some patients sent in the 92 days up to the generator's anchor: heart rate,
-- steps and glucose four times a day, sleep once.
with wearers as (
  select patient_id, min(model_id) as model_id
  from {{ ref('medical_record_and_trackers') }}
  group by patient_id
  order by patient_id
  limit {{ var('hf_reading_patients') }}
),

slots as (
  select metric, slot, lowest, highest
  from (values
    ('heart_rate', 0, 52, 68), ('heart_rate', 1, 62, 90), ('heart_rate', 2, 65, 110), ('heart_rate', 3, 58, 80),
    ('steps', 0, 100, 1500), ('steps', 1, 800, 4000), ('steps', 2, 800, 5000), ('steps', 3, 200, 2500),
    ('blood_glucose', 0, 70, 105), ('blood_glucose', 1, 85, 150), ('blood_glucose', 2, 85, 160), ('blood_glucose', 3, 75, 130),
    ('sleep_minutes', 0, 280, 540)
  ) as listed (metric, slot, lowest, highest)
),

readings as (
  select
    wearers.patient_id,
    wearers.model_id,
    slots.metric,
    ({{ anchor }} - ago)::timestamp
      + (6 * slots.slot + 1) * interval '1 hour'
      + {{ rand_int("'hf_minute|' || reading_key", 0, 239) }} * interval '1 minute' as reading_at,
    {{ rand_int("'hf_value|' || reading_key", 'slots.lowest', 'slots.highest') }} as value,
    reading_key
  from wearers
  cross join generate_series(0, 91) as ago
  cross join slots
  cross join lateral (
    select wearers.patient_id || '|' || ({{ anchor }} - ago) || '|' || slots.metric || '|' || slots.slot as reading_key
  ) as keyed
)

select
  {{ surrogate_bigint(["reading_key"]) }} as reading_id,
  patient_id,
  model_id,
  metric,
  value::numeric(8, 1) as value,
  reading_at
from readings
