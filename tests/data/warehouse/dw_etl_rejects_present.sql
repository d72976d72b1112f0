{{ config(severity='warn') }}

-- Rows of the files that were refused.
select table_name, row_id, reason
from {{ ref('etl_rejects') }}
