{# The number of rows lies between two bounds, both included; a bound left out does not count. #}
{% test row_count_between(model, min=none, max=none) %}
select count(*) as rows_found
from {{ model }}
having count(*) < {{ min if min is not none else 0 }}
  {%- if max is not none %}
  or count(*) > {{ max }}
  {%- endif %}
{% endtest %}
