{# "Today" is a variable, so that a build gives the same rows on any day. #}

{% macro as_of_date() -%}
  date '{{ var("as_of_date") }}'
{%- endmacro %}


{# Full years at the as-of date. Null for a missing or future birth date. #}
{% macro age_years(date_column) -%}
  case when {{ date_column }} <= {{ as_of_date() }} then extract(year from age({{ as_of_date() }}, {{ date_column }}))::integer end
{%- endmacro %}


{#
  The age group at the as-of date, such as 18-34. The top group has no upper end, so the very old do
  not stand out. Years are compared, not intervals: PostgreSQL takes 17 years, 11 months and 30 days
  for 18 years.
#}
{% macro age_group(date_column) -%}
  {%- set bounds = [0] + var('age_group_bounds') -%}
  case
    when {{ date_column }} is null or {{ date_column }} > {{ as_of_date() }} then null
    {%- for upper in bounds[1:] %}
    when {{ age_years(date_column) }} < {{ upper }} then '{{ bounds[loop.index0] }}-{{ upper - 1 }}'
    {%- endfor %}
    else '{{ bounds | last }}+'
  end
{%- endmacro %}
