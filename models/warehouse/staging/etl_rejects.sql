-- Rows that were refused, one line for each reason. Loading goes on without them.
{%- set checked = {'patients': 'patient_id', 'providers': 'provider_id', 'visits': 'visit_id'} %}
{%- for table_name, key in checked.items() %}
{{ "union all" if not loop.first }}
select '{{ table_name }}' as table_name, {{ key }}::bigint as row_id, reason
from {{ ref('staging_' ~ table_name) }}
cross join lateral unnest(validation_errors) as reason
{%- endfor %}
