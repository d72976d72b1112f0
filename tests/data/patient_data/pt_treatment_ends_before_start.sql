{{ config(severity='warn') }}

-- Treatments that end before they start.
select treatment_id, start_date, end_date
from {{ ref('treatments') }}
where end_date < start_date
