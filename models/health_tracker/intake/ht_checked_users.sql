-- Every landed user once, typed, with the reason if the row cannot be stored.
with landed as (
  select
    user_id,
    {{ blank_to_null('email') }} as email,
    {{ blank_to_null('full_name') }} as full_name,
    privacy.try_date(date_of_birth) as date_of_birth,
    upper({{ blank_to_null('sex') }}) as sex,
    {{ blank_to_null('country') }} as country,
    privacy.try_timestamptz(created_at) as created_at,
    privacy.try_timestamptz(updated_at) as updated_at,
    privacy.try_timestamptz(deleted_at) as deleted_at
  from {{ ref('ht_users') }}
  union all
  select user_id, email, full_name, date_of_birth, sex, country, created_at, updated_at, deleted_at
  from {{ ref('ht_generated_users') }}
),

newest as (
  select distinct on (user_id)
    user_id,
    email,
    full_name,
    date_of_birth,
    case when sex in ('F', 'M', 'O') then sex end as sex,
    country,
    coalesce(created_at, updated_at, timestamptz '1970-01-01 00:00:00+00') as created_at,
    coalesce(updated_at, created_at, timestamptz '1970-01-01 00:00:00+00') as updated_at,
    deleted_at
  from landed
  where user_id is not null
  order by user_id, updated_at desc nulls last, created_at desc nulls last, landed::text
)

select
  *,
  case
    when email is null then 'missing_email'
    -- The first user keeps an address that two live users claim.
    when deleted_at is null
      and row_number() over (partition by lower(email), deleted_at is null order by user_id) > 1 then 'duplicate_email'
  end as reject_reason
from newest
