{{ config(tags=['privacy']) }}

-- A user who was deleted is in no mart.
with shown as (
  select user_id from {{ ref('mart_user_health_summary') }}
  union
  select user_id from {{ ref('mart_biomarker_trends') }}
)

select users.user_id
from {{ ref('users') }} as users
inner join shown on shown.user_id = users.user_id
where users.deleted_at is not null
