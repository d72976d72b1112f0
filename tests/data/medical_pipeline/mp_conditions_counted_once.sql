-- The fact counts each condition of silver once.
select counted.conditions, stored.conditions as expected
from (select coalesce(sum(condition_count), 0) as conditions from {{ ref('fact_condition') }}) as counted
cross join (select count(*) as conditions from {{ ref('silver_condition') }}) as stored
where counted.conditions <> stored.conditions
