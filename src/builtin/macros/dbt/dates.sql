{# Calendar helpers that work on Python dates, without the database. #}

{% macro convert_datetime(date_str, date_fmt) %}
    {% set parsed = try_or_compiler_error(
        "the date `{}` does not match the format `{}`".format(date_str, date_fmt),
        modules.datetime.datetime.strptime, date_str.strip(), date_fmt) %}
    {{ return(parsed) }}
{% endmacro %}

{# Every day from the first to the last, both included, written in out_fmt. #}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt="%Y%m%d", out_fmt="%Y%m%d") %}
    {% set first = convert_datetime(start_date_str, in_fmt) %}
    {% set last = convert_datetime(start_date_str if end_date_str is none else end_date_str, in_fmt) %}

    {% set span = (last - first).days %}
    {% if span < 0 %}
        {% do exceptions.raise_compiler_error(
            "the range ends (" ~ last ~ ") before it starts (" ~ first ~ ")") %}
    {% endif %}

    {% set days = [] %}
    {% for offset in range(span + 1) %}
        {% do days.append((first + modules.datetime.timedelta(days=offset)).strftime(out_fmt)) %}
    {% endfor %}
    {{ return(days) }}
{% endmacro %}

{# `20240101` or `20240101,20240131`, as given to old partition variables. #}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') %}
    {% set bounds = raw_partition_date.split(",") %}
    {% if (bounds | length) > 2 %}
        {% do exceptions.raise_compiler_error(
            "expected one date or two dates with a comma between them, found `" ~ raw_partition_date ~ "`") %}
    {% endif %}

    {{ return(dates_in_range(bounds[0], bounds[1] if (bounds | length) == 2 else none, in_fmt=date_fmt)) }}
{% endmacro %}

{# A suffix for temporary names: year to microsecond. #}
{% macro py_current_timestring() %}
    {% do return(modules.datetime.datetime.now().strftime("%Y%m%d%H%M%S%f")) %}
{% endmacro %}
