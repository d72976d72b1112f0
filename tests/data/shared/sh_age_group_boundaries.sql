-- Groups change on the birthday, not a day before.
with cases (born, expected) as (
  values
    ({{ as_of_date() }} - interval '18 years', '18-34'),
    ({{ as_of_date() }} - interval '18 years' + interval '1 day', '0-17'),
    ({{ as_of_date() }} - interval '35 years', '35-49'),
    ({{ as_of_date() }} - interval '50 years', '50-64'),
    ({{ as_of_date() }} - interval '65 years' + interval '1 day', '50-64'),
    ({{ as_of_date() }} - interval '65 years', '65+'),
    ({{ as_of_date() }} - interval '104 years', '65+'),
    ({{ as_of_date() }}::timestamp, '0-17'),
    ({{ as_of_date() }} + interval '1 day', null),
    (null, null)
),

grouped as (
  select born::date as born, expected, {{ age_group('born::date') }} as found
  from cases
)

select born, expected, found
from grouped
where found is distinct from expected
  -- The expectations are those of the default bounds.
  and {{ var('age_group_bounds') == [18, 35, 50, 65] }}
