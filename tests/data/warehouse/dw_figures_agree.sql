-- Each way to split the visits counts all of them, as long as no group is too small to be shown.
with counted as (
  {%- for name in ['rpt_age_groups', 'rpt_genders', 'rpt_diagnoses', 'rpt_diagnosis_by_age', 'rpt_procedures', 'rpt_specialties', 'rpt_monthly', 'rpt_weekdays', 'rpt_regions'] %}
  {{ "union all" if not loop.first }}
  select '{{ name }}' as report, sum(visits) as visits, bool_or(visits is null) as has_blank
  from {{ ref(name) }}
  {%- endfor %}
)

select counted.report, counted.visits, kpis.visits as all_visits
from counted
cross join {{ ref('rpt_kpis') }} as kpis
where counted.visits <> kpis.visits and not counted.has_blank
  or counted.visits > kpis.visits
