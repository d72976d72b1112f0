-- Every landed visit is stored, refused, or older than what is kept; visits stored earlier may come on top.
with counted as (
  select
    (select count(*) from {{ ref('dw_synthetic_visits') }}) as landed,
    (select count(*) from {{ ref('staging_visits') }} where cardinality(validation_errors) > 0) as refused,
    (select count(*) from {{ ref('stg_visits') }} where visit_date < date '{{ first_kept_year() }}-01-01') as expired,
    (select count(*) from {{ ref('fact_visits') }}) as stored
)

select *
from counted
where stored < landed - refused - expired
