{#
  A list in a text, such as `A; B;`, as text[] in its order. Blank entries and the word None are no
  entries. An entry is cut to what an index can hold.
#}
{% macro split_list(expression, separator=';') -%}
  array(
    select left(trim(entry.value), 200)
    from unnest(string_to_array({{ expression }}, '{{ separator }}')) with ordinality as entry (value, place)
    where lower(trim(entry.value)) not in ('', 'none')
    order by entry.place
  )
{%- endmacro %}


{# A number in which commas may group the thousands, such as 2,499; null for any other text. #}
{% macro grouped_number(expression) -%}
  privacy.try_numeric(replace({{ expression }}, ',', ''))
{%- endmacro %}
