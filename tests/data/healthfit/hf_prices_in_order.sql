-- Nothing is sold above its original price.
select tracker_id, selling_price, original_price
from {{ ref('fitness_trackers') }}
where selling_price > original_price
