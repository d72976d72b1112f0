{#
  Schema `privacy`: conversions that never fail, and the keyed functions that hide people.
  Each function is replaced in place, so whatever uses it stays valid. The lock keeps two builds that
  start together from replacing one function at the same moment, which PostgreSQL refuses.
#}
{% macro create_privacy_schema() %}
select pg_advisory_xact_lock(hashtext('health_warehouse set-up'));
create schema if not exists privacy;
{{ create_conversions() }}
{{ create_salt() }}
{{ create_keyed_functions() }}
{% endmacro %}


{#
  Incoming text to a type: null where the text is not of that type. Catching an error takes a
  subtransaction, which a parallel query may not start: those functions are parallel unsafe.
#}
{% macro create_conversions() %}
create or replace function privacy.try_jsonb(input text) returns jsonb
language plpgsql immutable strict parallel unsafe as $body$
begin
  return input::jsonb;
exception when others then
  return null;
end
$body$;

-- The pattern decides before the cast, so that words such as NaN and Infinity stay words.
create or replace function privacy.try_numeric(input text) returns numeric
language sql immutable parallel safe as $body$
  select case
    when length(input) <= 60 and input ~ '^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?\s*$'
      then btrim(input, E' \t\r\n')::numeric
  end
$body$;

-- Text without a time zone is taken as UTC. Words such as `now` are refused by the pattern.
create or replace function privacy.try_timestamptz(input text) returns timestamptz
language plpgsql immutable strict parallel unsafe set timezone = 'UTC' set datestyle = 'ISO, YMD' as $body$
begin
  if input !~ '^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}' then
    return null;
  end if;
  return input::timestamptz;
exception when others then
  return null;
end
$body$;

create or replace function privacy.try_date(input text) returns date
language plpgsql immutable strict parallel unsafe as $body$
declare
  parts text[];
begin
  parts := regexp_match(input, '^\s*([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])');
  if parts is not null then
    return make_date(parts[1]::int, parts[2]::int, parts[3]::int);
  end if;
  parts := regexp_match(input, '^\s*([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\s*$');
  if parts is not null then
    return make_date(parts[3]::int, parts[2]::int, parts[1]::int);
  end if;
  return null;
exception when others then
  return null;
end
$body$;
{% endmacro %}


{#
  The salt is made once, in the database, and kept: hashes of two builds must agree. This first value
  is for demonstrations; set a secret one of your own before the first build with real data.
#}
{% macro create_salt() %}
create table if not exists privacy.settings (
  name text primary key,
  value text not null
);
revoke all on privacy.settings from public;
insert into privacy.settings (name, value)
values ('salt', encode(sha256(convert_to('health warehouse demo', 'UTF8')), 'hex'))
on conflict (name) do nothing;
{% endmacro %}


{#
  Functions that read the salt. They run with their owner's rights, so that a caller may use the
  function without reading the salt, and nobody has the right to call them unless it is granted.
#}
{% macro create_keyed_functions() %}
create or replace function privacy.hash_pii(input text) returns text
language sql stable strict security definer set search_path = pg_catalog, pg_temp as $body$
  select encode(sha256(convert_to(s.value || '|' || lower(trim(input)), 'UTF8')), 'hex')
  from privacy.settings as s
  where s.name = 'salt'
$body$;

-- Noise of the Laplace distribution with scale sensitivity / epsilon. One key always has the same
-- noise, so it cannot be averaged away. The half keeps the uniform number off both ends.
create or replace function privacy.laplace_noise(key text, epsilon float8, sensitivity float8) returns float8
language sql stable strict security definer set search_path = pg_catalog, pg_temp as $body$
  select case
    -- Divided as numeric and cut off, because float8 raises an error for a tiny or huge quotient.
    when epsilon > 0 and epsilon < 'infinity' and sensitivity >= 0 and sensitivity < 'infinity' then case
      when sensitivity::numeric / epsilon::numeric < 1e300
        then -round(sensitivity::numeric / epsilon::numeric, 30)::float8 * sign(u.centered) * ln(1 - 2 * abs(u.centered))
    end
  end
  from privacy.settings as s
  cross join lateral (
    select (('x' || left(encode(sha256(convert_to(s.value || '|noise|' || key, 'UTF8')), 'hex'), 12))::bit(48)::bigint
      + 0.5::float8) / 281474976710656::float8 - 0.5 as centered
  ) as u
  where s.name = 'salt'
$body$;

revoke all on function privacy.hash_pii(text) from public;
revoke all on function privacy.laplace_noise(text, float8, float8) from public;
{% endmacro %}


{# A figure of a report: null where fewer than `k_anonymity` patients stand behind it. #}
{% macro shown(expression, patients='patients') -%}
  case when {{ patients }} >= {{ var('k_anonymity') }} then {{ expression }} end
{%- endmacro %}
