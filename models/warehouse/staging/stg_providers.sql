-- Providers without validation errors.
select provider_id, provider_name, specialty
from {{ ref('staging_providers') }}
where cardinality(validation_errors) = 0
