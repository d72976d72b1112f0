-- Diagnoses. The description is the code's own, never free text of the document.
select
  diagnoses.diagnosis_id,
  diagnoses.visit_id,
  diagnoses.visit_date,
  diagnoses.code,
  diagnoses.code_system,
  codes.description,
  diagnoses.is_primary
from {{ ref('diagnoses') }} as diagnoses
left join {{ ref('pt_icd10_codes') }} as codes on codes.code = diagnoses.code
