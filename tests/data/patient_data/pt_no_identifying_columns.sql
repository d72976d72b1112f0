{{ config(tags=['privacy']) }}

-- The masked views have no column that names a person.
-- depends_on: {{ ref('patients_masked') }}
-- depends_on: {{ ref('visits_masked') }}
-- depends_on: {{ ref('provider_notes_masked') }}
select table_name, column_name
from information_schema.columns
where table_schema = '{{ ref("patients_masked").schema }}'
  and column_name in (
    'mrn', 'first_name', 'last_name', 'date_of_birth', 'ssn', 'phone', 'email', 'address_line', 'city', 'postal_code',
    'provider_npi', 'visit_number', 'note_text', 'reason'
  )
