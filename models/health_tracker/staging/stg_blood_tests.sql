-- The tests that count: live, of live users, processed, at a possible date.
select
  tests.blood_test_id,
  tests.user_id,
  tests.test_date,
  initcap({{ normalize_name('tests.lab_name') }}) as lab_name,
  tests.source_file,
  tests.upload_status,
  tests.uploaded_at
from {{ ref('blood_tests') }} as tests
inner join {{ ref('stg_users') }} as users on users.user_id = tests.user_id
where tests.deleted_at is null
  and tests.upload_status = 'processed'
  and tests.test_date <= {{ as_of_date() }}
  and (users.date_of_birth is null or tests.test_date >= users.date_of_birth)
