{{ config(tags=['privacy']) }}

-- Nobody may read the salt or call the functions that use it, unless it was granted.
select object_name
from (values
  ('privacy.settings', has_table_privilege('public', 'privacy.settings', 'select')),
  ('privacy.hash_pii', has_function_privilege('public', 'privacy.hash_pii(text)', 'execute')),
  ('privacy.laplace_noise', has_function_privilege('public', 'privacy.laplace_noise(text, float8, float8)', 'execute'))
) as rights (object_name, is_open)
where is_open
