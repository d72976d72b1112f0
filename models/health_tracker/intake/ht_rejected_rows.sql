-- Rows of the files that could not be stored. Loading goes on without them.
select 'users' as table_name, user_id as row_id, reject_reason as reason
from {{ ref('ht_checked_users') }}
where reject_reason is not null
union all
select 'blood_tests', blood_test_id, reject_reason
from {{ ref('ht_checked_blood_tests') }}
where reject_reason is not null
union all
select 'biomarkers', biomarker_id, reject_reason
from {{ ref('ht_checked_biomarkers') }}
where reject_reason is not null
union all
select 'biomarker_mappings', mappings.mapping_id, 'unknown_type'
from {{ ref('ht_biomarker_mappings') }} as mappings
where not exists (
  select from {{ ref('biomarker_types') }} as types
  where types.biomarker_type_id = mappings.biomarker_type_id
)
