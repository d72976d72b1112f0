-- The best mapping of each name: a verified one first, then the surest; ties go to the older mapping.
select distinct on (normalized_name)
  normalized_name,
  biomarker_type_id,
  confidence,
  mapping_source,
  is_verified
from {{ ref('biomarker_mappings') }}
where is_verified or confidence >= {{ var('ht_min_mapping_confidence') }}
order by normalized_name, is_verified desc, confidence desc nulls last, mapping_id
