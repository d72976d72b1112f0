select
  user_id,
  lower(email) as email,
  full_name,
  date_of_birth,
  {{ age_years('date_of_birth') }} as age_years,
  {{ age_group('date_of_birth') }} as age_group,
  sex,
  country,
  created_at,
  updated_at
from {{ ref('users') }}
where deleted_at is null
