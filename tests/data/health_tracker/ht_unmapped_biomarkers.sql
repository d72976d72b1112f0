{{ config(severity='warn') }}

-- Names nobody has mapped yet. Each needs a row in ht_biomarker_mappings.
select normalized_name, results
from {{ ref('int_unmapped_biomarkers') }}
