{{ config(
  unique_key='provider_id',
  post_hook="{{ audited_reader('get_dim_providers') }}",
) }}

with providers as (
  {{ select_with_key(ref('stg_providers'), 'provider_key', 'provider_id') }}
)

{{ select_changed('providers', 'provider_id', ['provider_key', 'provider_name', 'specialty']) }}
