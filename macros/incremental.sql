{#
  Selects from `relation` the rows an incremental merge has to write: new keys, and known keys whose
  values differ. Unchanged rows are left out, so a second build with the same input writes nothing.
  Values are compared null-safe. Where `version` names a column, a row older than the stored one
  stays out.
#}
{% macro select_changed(relation, key, columns, version=none) %}
select incoming.{{ key }}
  {%- for column in columns %}, incoming.{{ column }}{% endfor %}
from {{ relation }} as incoming
{%- if is_incremental() %}
left join {{ this }} as stored on stored.{{ key }} = incoming.{{ key }}
where stored.{{ key }} is null
  or (
    (incoming.{{ columns | join(', incoming.') }})
      is distinct from (stored.{{ columns | join(', stored.') }})
    {%- if version %}
    and coalesce(incoming.{{ version }}, '-infinity') >= coalesce(stored.{{ version }}, '-infinity')
    {%- endif %}
  )
{%- endif %}
{% endmacro %}
