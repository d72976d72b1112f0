-- How long a drug is taken, of treatments that ended.
select drug, count(*) as treatments, round(avg(end_date - start_date + 1), 1) as average_days
from {{ ref('treatments_masked') }}
where end_date >= start_date
group by drug
order by drug
