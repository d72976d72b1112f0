-- Incoming text becomes a value or null, and never an error.
with cases (given, expected, found) as (
  values
    ('date 2024-03-05T10:00', '2024-03-05', privacy.try_date('2024-03-05T10:00')::text),
    ('date 05/03/2024', '2024-03-05', privacy.try_date('05/03/2024')::text),
    ('date 29/02/2024', '2024-02-29', privacy.try_date('29/02/2024')::text),
    ('date 2023-02-29', null, privacy.try_date('2023-02-29')::text),
    ('date 2024-13-45', null, privacy.try_date('2024-13-45')::text),
    ('date yesterday', null, privacy.try_date('yesterday')::text),
    ('date blank', null, privacy.try_date(' ')::text),
    ('number  1.50 ', '1.50', privacy.try_numeric(' 1.50 ')::text),
    ('number -2e3', '-2000', privacy.try_numeric('-2e3')::text),
    ('number NaN', null, privacy.try_numeric('NaN')::text),
    ('number 1e99999', null, privacy.try_numeric('1e99999')::text),
    ('number n/a', null, privacy.try_numeric('n/a')::text),
    ('time with zone', 'true', (privacy.try_timestamptz('2024-01-01 02:00+02') = timestamptz '2024-01-01 00:00+00')::text),
    ('time without zone', 'true', (privacy.try_timestamptz('2024-01-01') = timestamptz '2024-01-01 00:00+00')::text),
    ('time now', null, privacy.try_timestamptz('now')::text),
    ('time 2024-99-01', null, privacy.try_timestamptz('2024-99-01')::text),
    ('json object', '{"a": 1}', privacy.try_jsonb('{"a":1}')::text),
    ('json cut short', null, privacy.try_jsonb('{"a":')::text)
)

select given, expected, found
from cases
where found is distinct from expected
