-- Patients without what names them.
select
  patient_id,
  pseudonym,
  gender,
  {{ age_group('date_of_birth') }} as age_group,
  state,
  left(postal_code, 3) as postal_prefix,
  {{ function('mask_phone') }}(phone) as phone_masked,
  {{ function('mask_email') }}(email) as email_masked
from {{ ref('patients') }}
