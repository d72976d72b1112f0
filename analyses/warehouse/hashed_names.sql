-- Names are hashes: 64 hexadecimal digits, and no two patients share one.
select
  count(*) as patients,
  count(distinct anonymized_name) as different_hashes,
  bool_and(anonymized_name ~ '^[0-9a-f]{64}$') as all_are_hashes
from {{ reader_of('dim_patients') }}
