-- Which brands do patients wear?
select brand_name, patients
from {{ ref('hf_patients_per_brand') }}
order by patients desc, brand_name
