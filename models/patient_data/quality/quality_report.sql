-- One row for each check, with the number of rows that fail it. Severity error must be zero, warn is
-- looked at, info is just counted.
select 'duplicate_mrn' as check_name, 'Record numbers that more than one patient has.' as description, 'error' as severity, count(*) as failed_rows
from (select mrn from {{ ref('patients') }} group by mrn having count(*) > 1) as repeated

union all

select 'duplicate_visit_number', 'Visit numbers that more than one visit has.', 'error', count(*)
from (select visit_number from {{ ref('visits') }} group by visit_number having count(*) > 1) as repeated

union all

select 'missing_patient_name', 'Patients without a first or a last name.', 'error', count(*)
from {{ ref('patients') }}
where first_name is null or last_name is null

union all

select 'implausible_birth_date', 'Patients born in the future or more than 120 years ago.', 'error', count(*)
from {{ ref('patients') }}
where date_of_birth > {{ as_of_date() }} or {{ age_years('date_of_birth') }} > 120

union all

select 'visits_without_patient', 'Visits of nobody.', 'error', count(*)
from {{ ref('visits') }} as visits
where not exists (select from {{ ref('patients') }} as patients where patients.patient_id = visits.patient_id)

union all

select 'future_visit_date', 'Visits after the as-of date.', 'error', count(*)
from {{ ref('visits') }}
where visit_date > {{ as_of_date() }}

union all

select 'visits_in_default_partition', 'Visits outside the yearly partitions.', 'warn', count(*)
from {{ ref('visits') }}
where tableoid = to_regclass('{{ ref("visits").include(database=false) }}'::regclass || '_default')

union all

select 'diagnoses_without_visit', 'Diagnoses of no visit.', 'error', count(*)
from {{ ref('diagnoses') }} as diagnoses
where not exists (
  select from {{ ref('visits') }} as visits
  where visits.visit_id = diagnoses.visit_id and visits.visit_date = diagnoses.visit_date
)

union all

select 'invalid_icd10_format', 'Diagnosis codes that do not look like ICD-10-CM.', 'warn', count(*)
from {{ ref('diagnoses') }}
where code !~ '^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$'

union all

select 'diagnosis_not_in_reference', 'Diagnosis codes that the reference list lacks.', 'info', count(*)
from {{ ref('diagnoses') }} as diagnoses
where not exists (select from {{ ref('pt_icd10_codes') }} as codes where codes.code = diagnoses.code)

union all

select 'treatment_ends_before_start', 'Treatments that end before they start.', 'warn', count(*)
from {{ ref('treatments') }}
where end_date < start_date

union all

select 'treatment_without_dose', 'Treatments whose dose is missing or not a number and a unit.', 'warn', count(*)
from {{ ref('treatments') }}
where dose_value is null

union all

select 'empty_note', 'Notes without text.', 'error', count(*)
from {{ ref('provider_notes') }}
where btrim(note_text) = ''

union all

select 'invalid_phone_format', 'Telephone numbers with fewer than 7 or more than 15 digits.', 'error', count(*)
from {{ ref('patients') }}
where length(regexp_replace(phone, '[^0-9]', '', 'g')) not between 7 and 15

union all

select 'invalid_email_format', 'E-mail addresses without a name, an @ or a domain.', 'error', count(*)
from {{ ref('patients') }}
where email !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$'

union all

select 'patients_without_visits', 'Patients without a visit.', 'info', count(*)
from {{ ref('patients') }} as patients
where not exists (select from {{ ref('visits') }} as visits where visits.patient_id = patients.patient_id)

union all

select 'load_errors', 'Documents, visits and items that were not loaded.', 'warn', count(*)
from {{ ref('load_errors') }}
