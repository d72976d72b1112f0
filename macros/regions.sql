{# The census region of a United States state, from its two capital letters; null for any other text. #}
{% macro us_region(state) -%}
  {%- set regions = {
    'Northeast': ['CT', 'MA', 'ME', 'NH', 'NJ', 'NY', 'PA', 'RI', 'VT'],
    'Midwest': ['IA', 'IL', 'IN', 'KS', 'MI', 'MN', 'MO', 'ND', 'NE', 'OH', 'SD', 'WI'],
    'South': ['AL', 'AR', 'DC', 'DE', 'FL', 'GA', 'KY', 'LA', 'MD', 'MS', 'NC', 'OK', 'SC', 'TN', 'TX', 'VA', 'WV'],
    'West': ['AK', 'AZ', 'CA', 'CO', 'HI', 'ID', 'MT', 'NM', 'NV', 'OR', 'UT', 'WA', 'WY'],
  } -%}
  case
    {%- for region, states in regions.items() %}
    when {{ state }} in ('{{ states | join("', '") }}') then '{{ region }}'
    {%- endfor %}
  end
{%- endmacro %}
