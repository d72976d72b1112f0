{{ config(materialized='view') }}

-- Names of results that no mapping covers: the work list for new mappings.
select
  {{ normalize_name('raw_name') }} as normalized_name,
  count(*) as results
from {{ ref('stg_biomarkers') }}
where mapping_method = 'unmapped'
group by 1
