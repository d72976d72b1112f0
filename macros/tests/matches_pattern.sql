{# Every value matches a regular expression. Nulls are left to `not_null`. #}
{% test matches_pattern(model, column_name, pattern) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} !~ '{{ pattern | replace("'", "''") }}'
{% endtest %}
