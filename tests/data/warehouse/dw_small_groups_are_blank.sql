{{ config(tags=['privacy']) }}

-- No report view shows a count of patients below `k_anonymity`.
{%- for name in ['rpt_age_groups', 'rpt_genders', 'rpt_diagnoses', 'rpt_providers', 'rpt_monthly', 'rpt_regions'] %}
{{ "union all" if not loop.first }}
select '{{ name }}' as report, patients
from {{ ref(name) }}
where patients < {{ var('k_anonymity') }}
{%- endfor %}
