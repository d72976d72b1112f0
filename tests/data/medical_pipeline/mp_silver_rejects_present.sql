{{ config(severity='warn') }}

-- Documents that no silver table holds.
select resource_type, source_file, source_line, reason
from {{ ref('silver_rejects') }}
