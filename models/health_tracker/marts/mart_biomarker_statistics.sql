with counted as (
  select
    biomarker_type_id,
    count(*) as results_count,
    count(distinct user_id) as users_count,
    count(*) filter (where result_kind = 'threshold') as threshold_count,
    count(*) filter (where result_kind = 'qualitative') as qualitative_count
  from {{ ref('int_biomarker_results') }}
  group by biomarker_type_id
),

-- Thresholds and values of unknown unit are no numbers to calculate with.
measured as (
  select
    biomarker_type_id,
    avg(value) as mean_value,
    stddev_samp(value) as stddev_value,
    min(value) as min_value,
    max(value) as max_value,
    percentile_cont(array[0.05, 0.25, 0.5, 0.75, 0.95]) within group (order by value) as percentiles,
    avg((status = 'low')::integer) as low_share,
    avg((status = 'high')::integer) as high_share
  from {{ ref('int_biomarker_results') }}
  where result_kind = 'quantitative' and value is not null
  group by biomarker_type_id
)

select
  types.biomarker_type_id,
  types.loinc_code,
  types.biomarker_name,
  types.biomarker_category as category,
  types.standard_unit as unit,
  coalesce(counted.results_count, 0) as results_count,
  coalesce(counted.users_count, 0) as users_count,
  coalesce(counted.threshold_count, 0) as threshold_count,
  coalesce(counted.qualitative_count, 0) as qualitative_count,
  round(measured.mean_value, 4)::numeric(14, 4) as mean_value,
  measured.percentiles[3]::numeric(14, 4) as median_value,
  round(measured.stddev_value, 4)::numeric(14, 4) as stddev_value,
  measured.min_value::numeric(14, 4) as min_value,
  measured.max_value::numeric(14, 4) as max_value,
  measured.percentiles[1]::numeric(14, 4) as p05,
  measured.percentiles[2]::numeric(14, 4) as p25,
  measured.percentiles[4]::numeric(14, 4) as p75,
  measured.percentiles[5]::numeric(14, 4) as p95,
  round(measured.low_share, 4)::numeric(5, 4) as low_share,
  round(measured.high_share, 4)::numeric(5, 4) as high_share
from {{ ref('stg_biomarker_types') }} as types
left join counted on counted.biomarker_type_id = types.biomarker_type_id
left join measured on measured.biomarker_type_id = types.biomarker_type_id
