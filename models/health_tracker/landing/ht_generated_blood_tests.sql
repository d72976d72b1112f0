-- Twelve tests for each generated user, about a quarter of a year apart, the last one near the anchor.
with drawn as (
  select
    users.user_id,
    1000000 + (users.user_id - 100001) * 12 + k as blood_test_id,
    date '{{ var("generator_anchor") }}' - (12 - k) * 91
      - {{ rand_int("'ht|test|' || users.user_id || '|' || k", 0, 60) }} as test_date,
    {{ pick("'ht|lab|' || users.user_id || '|' || k / 5", ['Northgate Labs', 'City Clinic Laboratory', 'Harbor Diagnostics', 'Alpine Medical Lab']) }} as lab_name
  from {{ ref('ht_generated_users') }} as users
  cross join generate_series(1, 12) as k
)

select
  blood_test_id,
  user_id,
  test_date,
  lab_name,
  'volume_' || blood_test_id || '.csv' as source_file,
  'processed'::text as upload_status,
  (test_date + time '17:00') at time zone 'UTC' as uploaded_at,
  (test_date + time '17:00') at time zone 'UTC' as created_at,
  (test_date + time '18:00') at time zone 'UTC' as updated_at,
  null::timestamptz as deleted_at
from drawn
