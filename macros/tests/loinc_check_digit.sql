{#
  The digit behind the hyphen of a LOINC code is a mod-10 check digit: from the right, every other
  digit starting with the last is doubled, the digits of all products are added up, and the check
  digit fills the sum up to the next ten. Text that is no code at all fails too.
#}
{% test loinc_check_digit(model, column_name) %}
with codes as (
  select distinct
    {{ column_name }} as code,
    reverse(split_part({{ column_name }}, '-', 1)) as digits_from_right,
    split_part({{ column_name }}, '-', 2) as check_digit
  from {{ model }}
  where {{ column_name }} is not null
),

weighted as (
  select
    code,
    check_digit,
    (
      select sum(product / 10 + product % 10)
      from generate_series(1, length(digits_from_right)) as place
      cross join lateral (
        select privacy.try_numeric(substr(digits_from_right, place, 1))::integer * (1 + place % 2) as product
      ) as one_digit
    ) as digit_sum
  from codes
)

select code
from weighted
where code !~ '^[0-9]{1,5}-[0-9]$'
  or check_digit is distinct from ((10 - digit_sum % 10) % 10)::text
{% endtest %}
