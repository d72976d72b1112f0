with tests as (
  select
    user_id,
    count(*) as tests_count,
    min(test_date) as first_test_date,
    max(test_date) as last_test_date
  from {{ ref('stg_blood_tests') }}
  group by user_id
),

latest as (
  select distinct on (user_id, biomarker_type_id) user_id, biomarker_type_id, status
  from {{ ref('int_biomarker_results') }}
  order by user_id, biomarker_type_id, test_date desc, blood_test_id desc
),

latest_by_user as (
  select
    user_id,
    count(*) as biomarkers_measured,
    count(*) filter (where status in ('low', 'high')) as abnormal_latest_count
  from latest
  group by user_id
),

results_by_user as (
  select user_id, count(*) as results_count
  from {{ ref('int_biomarker_results') }}
  group by user_id
)

select
  users.user_id,
  users.sex,
  users.age_group,
  coalesce(tests.tests_count, 0) as tests_count,
  tests.first_test_date,
  tests.last_test_date,
  {{ as_of_date() }} - tests.last_test_date as days_since_last_test,
  coalesce(results_by_user.results_count, 0) as results_count,
  coalesce(latest_by_user.biomarkers_measured, 0) as biomarkers_measured,
  coalesce(latest_by_user.abnormal_latest_count, 0) as abnormal_latest_count,
  round(latest_by_user.abnormal_latest_count::numeric / latest_by_user.biomarkers_measured, 4)::numeric(5, 4) as abnormal_latest_share
from {{ ref('stg_users') }} as users
left join tests on tests.user_id = users.user_id
left join latest_by_user on latest_by_user.user_id = users.user_id
left join results_by_user on results_by_user.user_id = users.user_id
