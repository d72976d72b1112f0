-- Rows of the star's three tables.
select 'dim_patients' as table_name, count(*) as rows_found
from {{ reader_of('dim_patients') }}
union all
select 'dim_providers', count(*)
from {{ reader_of('dim_providers') }}
union all
select 'fact_visits', count(*)
from {{ reader_of('fact_visits') }}
