-- Users for volume, numbered from 100001: the first n are the same for any `ht_volume_users` >= n.
with numbered as (
  select n, 100000 + n as user_id, 'ht|user|' || n as key
  from generate_series(1, {{ var('ht_volume_users') }}) as n
),

drawn as (
  select
    user_id,
    {{ pick("key || '|first'", ['Alma', 'Bruno', 'Carla', 'Dilan', 'Emre', 'Freya', 'Goran', 'Hana', 'Ivo', 'Jelena', 'Karim', 'Lena', 'Mateo', 'Noor', 'Otto', 'Priya', 'Quinn', 'Ravi', 'Sofia', 'Tomas']) }} as first_name,
    {{ pick("key || '|last'", ['Adler', 'Bauer', 'Cruz', 'Dunn', 'Engel', 'Fiore', 'Grant', 'Haas', 'Iqbal', 'Jung', 'Kovac', 'Lopez', 'Maric', 'Nagy', 'Oliver', 'Perez', 'Rossi', 'Silva', 'Toth', 'Weber']) }} as last_name,
    date '{{ var("generator_anchor") }}' - {{ rand_int("key || '|birth'", 18 * 365 + 1500, 88 * 365) }} as date_of_birth,
    {{ rand_unit("key || '|sex'") }} as sex_draw,
    {{ pick("key || '|country'", ['US', 'US', 'US', 'DE', 'FR', 'GB', 'NO', 'ES', 'CA', 'IN']) }} as country,
    date '{{ var("generator_anchor") }}' - {{ rand_int("key || '|created'", 1200, 1400) }} as created_on
  from numbered
)

select
  user_id::bigint as user_id,
  lower(first_name || '.' || last_name || user_id) || '@example.net' as email,
  first_name || ' ' || last_name as full_name,
  date_of_birth,
  case when sex_draw < 0.49 then 'F' when sex_draw < 0.98 then 'M' else 'O' end as sex,
  country,
  created_on::timestamp at time zone 'UTC' as created_at,
  created_on::timestamp at time zone 'UTC' as updated_at,
  null::timestamptz as deleted_at
from drawn
