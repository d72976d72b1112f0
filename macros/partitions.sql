{# Partitions of the model by year, from `first` to `last`, in the shape of the `partition_by` config. #}
{% macro year_partitions(first, last) %}
  {% set partitions = [] %}
  {% for year in range(first | int, (last | int) + 1) %}
    {% do partitions.append({
      'name': model.name ~ '_' ~ year,
      'from': "'" ~ year ~ "-01-01'",
      'to': "'" ~ (year + 1) ~ "-01-01'",
    }) %}
  {% endfor %}
  {{ return(partitions) }}
{% endmacro %}


{# The year after the as-of date: the last one that has a partition. #}
{% macro last_partition_year() %}
  {{ return((var('as_of_date') | string)[:4] | int + 1) }}
{% endmacro %}


{# The first year the warehouse keeps: its own first year, or the oldest that retention leaves. #}
{% macro first_kept_year() %}
  {% set retained = (var('as_of_date') | string)[:4] | int - var('retention_years') | int %}
  {{ return([var('dw_first_year') | int, retained] | max) }}
{% endmacro %}


{#
  For a pre-hook: adds the yearly partitions that a grown list names and an existing table lacks.
  Before the first build there is no table, and nothing to do. A year with rows in the default
  partition stays there, since PostgreSQL makes no partition beside them.
#}
{% macro ensure_year_partitions(first, last) %}
do $body$
declare
  parent regclass := to_regclass('{{ this.include(database=false) }}');
  wanted integer;
begin
  if parent is null then
    return;
  end if;
  for wanted in {{ first | int }} .. {{ last | int }} loop
    if to_regclass(format('%I.%I', '{{ this.schema }}', '{{ this.identifier }}_' || wanted)) is null then
      begin
        execute format('create table %I.%I partition of %s for values from (%L) to (%L)',
          '{{ this.schema }}', '{{ this.identifier }}_' || wanted, parent,
          make_date(wanted, 1, 1), make_date(wanted + 1, 1, 1));
      exception when check_violation then
        raise warning 'rows of % lie in the default partition of %', wanted, parent;
      end;
    end if;
  end loop;
end
$body$;
{% endmacro %}
