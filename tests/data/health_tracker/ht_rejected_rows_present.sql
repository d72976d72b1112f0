{{ config(severity='warn') }}

-- Rows of the files that could not be stored.
select table_name, row_id, reason
from {{ ref('ht_rejected_rows') }}
