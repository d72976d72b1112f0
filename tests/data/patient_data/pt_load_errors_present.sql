{{ config(severity='warn') }}

-- Documents, visits and items that were not loaded.
select source, position, visit_number, reason
from {{ ref('load_errors') }}
