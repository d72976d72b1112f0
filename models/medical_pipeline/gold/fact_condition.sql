-- One row for each patient and kind of condition.
with conditions as (
  select
    patients.patient_key,
    kinds.condition_key,
    conditions.patient_id,
    conditions.condition_id,
    practitioners.practitioner_key,
    conditions.clinical_status,
    conditions.onset_date,
    conditions.abatement_date,
    conditions.last_updated
  from {{ ref('silver_condition') }} as conditions
  inner join {{ ref('dim_patient') }} as patients on patients.patient_id = conditions.patient_id
  inner join {{ ref('dim_condition') }} as kinds
    on kinds.code_system = conditions.code_system and kinds.code = conditions.code
  left join {{ ref('dim_practitioner') }} as practitioners on practitioners.practitioner_id = conditions.practitioner_id
),

counted as (
  select
    patient_key,
    condition_key,
    min(patient_id) as patient_id,
    -- Who asserted it last; 0 when nobody known did.
    coalesce(
      (array_agg(practitioner_key order by last_updated desc nulls last, condition_id desc) filter (where practitioner_key is not null))[1],
      0
    ) as practitioner_key,
    count(*) as condition_count,
    count(*) filter (where clinical_status = 'active') as active_count,
    count(*) filter (where clinical_status = 'resolved') as resolved_count,
    min(onset_date) as first_onset_date,
    max(onset_date) as last_onset_date,
    round(avg(abatement_date - onset_date), 1)::numeric(8, 1) as avg_duration_days
  from conditions
  group by patient_key, condition_key
)

select
  counted.patient_key,
  counted.condition_key,
  counted.practitioner_key,
  counted.condition_count,
  counted.active_count,
  counted.resolved_count,
  counted.first_onset_date,
  counted.last_onset_date,
  counted.avg_duration_days,
  (
    select count(*)
    from {{ ref('silver_observation') }} as observations
    where observations.patient_id = counted.patient_id
      and observations.effective_at >= counted.first_onset_date::timestamp at time zone 'UTC'
  ) as observation_count
from counted
