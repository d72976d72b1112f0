-- The last things that happened, for a member of role `auditor`.
select audit_id, action_timestamp, user_id, action_type, table_name, row_count
from {{ source('audit', 'audit_log') }}
order by audit_id desc
limit 20
