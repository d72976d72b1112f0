{{ config(unique_key='mapping_id') }}

with typed as (
  select
    mappings.mapping_id,
    mappings.raw_name,
    {{ normalize_name("coalesce(" ~ blank_to_null('mappings.normalized_name') ~ ", mappings.raw_name)") }} as normalized_name,
    mappings.biomarker_type_id,
    mappings.confidence::numeric(4, 3) as confidence,
    mappings.mapping_source,
    coalesce(mappings.is_verified, false) as is_verified,
    privacy.try_timestamptz(mappings.created_at) as created_at
  from {{ ref('ht_biomarker_mappings') }} as mappings
  -- A mapping to a type we do not have is listed in ht_rejected_rows.
  inner join {{ ref('biomarker_types') }} as types on types.biomarker_type_id = mappings.biomarker_type_id
)

{{ select_changed(
  'typed', 'mapping_id',
  ['raw_name', 'normalized_name', 'biomarker_type_id', 'confidence', 'mapping_source', 'is_verified', 'created_at'],
) }}
