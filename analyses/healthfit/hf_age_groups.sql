-- How old are the patients?
select age_group, patients, round(100.0 * patients / sum(patients) over (), 1) as percent
from {{ ref('hf_patients_by_age_group') }}
order by age_group
