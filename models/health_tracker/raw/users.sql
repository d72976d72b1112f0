{{ config(
  unique_key='user_id',
  post_hook="create unique index if not exists users_live_email_key on {{ this }} (lower(email)) where deleted_at is null",
) }}

with storable as (
  select *
  from {{ ref('ht_checked_users') }}
  where reject_reason is null
)

{{ select_changed(
  'storable', 'user_id',
  ['email', 'full_name', 'date_of_birth', 'sex', 'country', 'created_at', 'updated_at', 'deleted_at'],
  version='updated_at',
) }}
-- Deletions first: the address they free may be taken by a new user of the same build.
order by incoming.deleted_at nulls last
