{# The append-only record of what was loaded, transformed and read. No build drops it. #}
{% macro create_audit_log() %}
select pg_advisory_xact_lock(hashtext('health_warehouse set-up'));
create schema if not exists audit;
create table if not exists audit.audit_log (
  audit_id bigint generated always as identity primary key,
  action_timestamp timestamptz not null default clock_timestamp(),
  user_id text not null,
  action_type text not null check (action_type in ('LOAD', 'TRANSFORM', 'READ', 'ERASE', 'RETENTION')),
  table_name text not null,
  row_count bigint,
  invocation_id text,
  details jsonb not null default '{}'
);
create index if not exists audit_log_action_timestamp_idx on audit.audit_log (action_timestamp);
create index if not exists audit_log_table_action_idx on audit.audit_log (table_name, action_type);
create or replace function audit.refuse_change() returns trigger
language plpgsql as $body$
begin
  raise exception '% on %.% refused: the audit log is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = '42501';
end
$body$;
do $body$
begin
  if not exists (
    select from pg_trigger
    where tgrelid = 'audit.audit_log'::regclass and tgname = 'audit_log_append_only'
  ) then
    create trigger audit_log_append_only before update or delete or truncate on audit.audit_log
      for each statement execute function audit.refuse_change();
  end if;
  if exists (select from pg_roles where rolname = 'auditor') then
    grant select on audit.audit_log to auditor;
  end if;
end
$body$;
{% endmacro %}


{# For a post-hook: writes one row about the model just built, in the model's own transaction. #}
{% macro audit_load(action) %}
insert into audit.audit_log (user_id, action_type, table_name, row_count, invocation_id, details)
select session_user, '{{ action }}', '{{ this.schema }}.{{ this.identifier }}', count(*), '{{ invocation_id }}',
  jsonb_build_object('materialized', '{{ model.config.materialized }}')
from {{ this }}
{% endmacro %}
