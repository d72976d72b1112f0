-- The checks of severity error find nothing.
select check_name, failed_rows
from {{ ref('quality_report') }}
where severity = 'error' and failed_rows > 0
