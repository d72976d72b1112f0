{# At least `k` rows share each combination of the columns, so that none points at a few people. #}
{% test k_anonymous(model, columns, k=none) %}
select {{ columns | join(', ') }}, count(*) as rows_found
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) < {{ k if k is not none else var('k_anonymity') }}
{% endtest %}
