-- No test after the as-of date, in staging or in a mart.
select 'stg_blood_tests' as relation, blood_test_id
from {{ ref('stg_blood_tests') }}
where test_date > {{ as_of_date() }}
union all
select 'mart_biomarker_trends', blood_test_id
from {{ ref('mart_biomarker_trends') }}
where test_date > {{ as_of_date() }}
