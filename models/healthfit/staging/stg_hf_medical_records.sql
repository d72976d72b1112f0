-- Each patient once, typed. Of two rows of one patient the one with the later appointment counts.
with typed as (
  select
    {{ whole_number('privacy.try_numeric(patient_id)', 9223372036854775807) }}::bigint as patient_id,
    coalesce(regexp_replace({{ blank_to_null('name') }}, '\s+', ' ', 'g'), 'Unknown') as full_name,
    privacy.try_date(date_of_birth) as date_of_birth,
    case
      when lower(trim(gender)) in ('f', 'female', 'w', 'woman') then 'Female'
      when lower(trim(gender)) in ('m', 'male', 'man') then 'Male'
      when {{ blank_to_null('gender') }} is null or lower(trim(gender)) = 'unknown' then 'Unknown'
      else 'Other'
    end as gender,
    {{ split_list('medical_conditions') }} as medical_conditions,
    {{ split_list('medications') }} as medications,
    {{ split_list('allergies') }} as allergies,
    privacy.try_date(last_appointment_date) as last_appointment_date,
    {{ split_list('"Tracker"') }} as trackers
  from {{ ref('hf_medical_records_data') }}
),

newest as (
  select distinct on (patient_id) *
  from typed
  where patient_id is not null
    and (date_of_birth is null or date_of_birth <= {{ as_of_date() }})
  order by patient_id, last_appointment_date desc nulls last, typed::text
)

select * from newest
