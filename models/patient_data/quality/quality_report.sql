-- One row for each check, with the number of rows that fail it. Severity error must be zero, warn is
-- looked at, info is just counted.
{%- set checks = [
  ('duplicate_mrn', 'Record numbers that more than one patient has.', 'error',
    "select from " ~ ref('patients') ~ " group by mrn having count(*) > 1"),
  ('duplicate_visit_number', 'Visit numbers that more than one visit has.', 'error',
    "select from " ~ ref('visits') ~ " group by visit_number having count(*) > 1"),
  ('missing_patient_name', 'Patients without a first or a last name.', 'error',
    "select from " ~ ref('patients') ~ " where first_name is null or last_name is null"),
  ('implausible_birth_date', 'Patients born in the future or more than 120 years ago.', 'error',
    "select from " ~ ref('patients') ~ " where date_of_birth > " ~ as_of_date() ~ " or " ~ age_years('date_of_birth') ~ " > 120"),
  ('visits_without_patient', 'Visits of nobody.', 'error',
    "select from " ~ ref('visits') ~ " as v where not exists (select from " ~ ref('patients') ~ " as p where p.patient_id = v.patient_id)"),
  ('future_visit_date', 'Visits after the as-of date.', 'error',
    "select from " ~ ref('visits') ~ " where visit_date > " ~ as_of_date()),
  ('visits_in_default_partition', 'Visits outside the yearly partitions.', 'warn',
    "select from " ~ ref('visits') ~ " where tableoid = to_regclass('" ~ ref('visits').include(database=false) ~ "'::regclass || '_default')"),
  ('diagnoses_without_visit', 'Diagnoses of no visit.', 'error',
    "select from " ~ ref('diagnoses') ~ " as d where not exists (select from " ~ ref('visits') ~ " as v where (v.visit_id, v.visit_date) = (d.visit_id, d.visit_date))"),
  ('invalid_icd10_format', 'Diagnosis codes that do not look like ICD-10-CM.', 'warn',
    "select from " ~ ref('diagnoses') ~ " where code !~ '^[A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{1,4})?$'"),
  ('diagnosis_not_in_reference', 'Diagnosis codes that the reference list lacks.', 'info',
    "select from " ~ ref('diagnoses') ~ " as d where not exists (select from " ~ ref('pt_icd10_codes') ~ " as c where c.code = d.code)"),
  ('treatment_ends_before_start', 'Treatments that end before they start.', 'warn',
    "select from " ~ ref('treatments') ~ " where end_date < start_date"),
  ('treatment_without_dose', 'Treatments whose dose is missing or not a number and a unit.', 'warn',
    "select from " ~ ref('treatments') ~ " where dose_value is null"),
  ('empty_note', 'Notes without text.', 'error',
    "select from " ~ ref('provider_notes') ~ " where btrim(note_text) = ''"),
  ('invalid_phone_format', 'Telephone numbers with fewer than 7 or more than 15 digits.', 'error',
    "select from " ~ ref('patients') ~ " where length(regexp_replace(phone, '[^0-9]', '', 'g')) not between 7 and 15"),
  ('invalid_email_format', 'E-mail addresses without a name, an @ or a domain.', 'error',
    "select from " ~ ref('patients') ~ " where email !~ '^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$'"),
  ('patients_without_visits', 'Patients without a visit.', 'info',
    "select from " ~ ref('patients') ~ " as p where not exists (select from " ~ ref('visits') ~ " as v where v.patient_id = p.patient_id)"),
  ('load_errors', 'Documents, visits and items that were not loaded.', 'warn',
    "select from " ~ ref('load_errors')),
] %}
{%- for check_name, description, severity, failing in checks %}
select
  '{{ check_name }}' as check_name,
  '{{ description }}' as description,
  '{{ severity }}' as severity,
  (select count(*) from ({{ failing }}) as failing) as failed_rows
{{ "union all" if not loop.last }}
{%- endfor %}
