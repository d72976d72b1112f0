select
  coalesce({{ age_group('date_of_birth') }}, 'Unknown') as age_group,
  count(*) as patients
from {{ ref('medical_records') }}
group by 1
