-- Row 0 stands for a practitioner who is not given or not known, so that every fact has one.
select
  0::bigint as practitioner_key,
  '(unknown)' as practitioner_id,
  'Unknown' as practitioner_name,
  'Unspecified' as specialty,
  null::text as organization
union all
select
  {{ surrogate_bigint(['practitioner_id']) }},
  practitioner_id,
  coalesce(nullif(concat_ws(' ', given_name, family_name), ''), 'Unknown'),
  specialty,
  organization
from {{ ref('silver_practitioner') }}
where practitioner_id <> '(unknown)'
