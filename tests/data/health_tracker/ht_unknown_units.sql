{{ config(severity='warn') }}

-- Results left without a standard value, because their unit is not in ht_unit_conversions.
select biomarker_id, biomarker_name, unit
from {{ ref('int_biomarker_results') }}
where unit_status = 'unknown_unit'
