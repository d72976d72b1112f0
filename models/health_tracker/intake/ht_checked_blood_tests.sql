-- Every landed blood test once, typed, with the reason if the row cannot be stored.
with landed as (
  select
    blood_test_id,
    user_id,
    privacy.try_date(test_date) as test_date,
    lab_name,
    source_file,
    lower({{ blank_to_null('upload_status') }}) as upload_status,
    privacy.try_timestamptz(uploaded_at) as uploaded_at,
    privacy.try_timestamptz(created_at) as created_at,
    privacy.try_timestamptz(updated_at) as updated_at,
    privacy.try_timestamptz(deleted_at) as deleted_at
  from {{ ref('ht_blood_tests') }}
  union all
  select
    blood_test_id, user_id, test_date, lab_name, source_file, upload_status,
    uploaded_at, created_at, updated_at, deleted_at
  from {{ ref('ht_generated_blood_tests') }}
),

newest as (
  select distinct on (blood_test_id) *
  from landed
  where blood_test_id is not null
  order by blood_test_id, updated_at desc nulls last, created_at desc nulls last, landed::text
)

select
  newest.blood_test_id,
  newest.user_id,
  newest.test_date,
  newest.lab_name,
  newest.source_file,
  case
    when newest.upload_status in ('uploaded', 'processing', 'processed', 'failed') then newest.upload_status
  end as upload_status,
  newest.uploaded_at,
  newest.created_at,
  newest.updated_at,
  newest.deleted_at,
  case
    when users.user_id is null then 'unknown_user'
    when newest.test_date is null then 'bad_test_date'
  end as reject_reason
from newest
left join {{ ref('users') }} as users on users.user_id = newest.user_id
