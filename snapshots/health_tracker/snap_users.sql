{% snapshot snap_users %}

{{ config(
  unique_key='user_id',
  strategy='timestamp',
  updated_at='updated_at',
  hard_deletes='invalidate',
) }}

-- No name, address or birth date: history needs none. Times are UTC without a zone, as the
-- snapshot's own columns are.
select
  user_id,
  sex,
  country,
  updated_at at time zone 'UTC' as updated_at,
  deleted_at at time zone 'UTC' as deleted_at
from {{ ref('users') }}

{% endsnapshot %}
