{# No date after the as-of date. #}
{% test not_in_future(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} > {{ as_of_date() }}
{% endtest %}
