{#
  Gives each row of `relation` its surrogate key: the stored one where the natural key is known
  already, else the next number. A key never changes once given.
#}
{% macro select_with_key(relation, surrogate, natural) %}
select
  {% if is_incremental() -%}
  coalesce(
    stored.{{ surrogate }},
    (select coalesce(max({{ surrogate }}), 0) from {{ this }})
      + row_number() over (partition by stored.{{ surrogate }} is null order by incoming.{{ natural }})
  )
  {%- else -%}
  row_number() over (order by incoming.{{ natural }})
  {%- endif %}::bigint as {{ surrogate }},
  incoming.*
from {{ relation }} as incoming
{%- if is_incremental() %}
left join {{ this }} as stored on stored.{{ natural }} = incoming.{{ natural }}
{%- endif %}
{% endmacro %}
