{# Repeatable pseudo-random values from md5, which is the same on every PostgreSQL version. `key` is a SQL text expression. #}

{# A float8 in [0, 1): the first 52 bits of the hash. #}
{% macro rand_unit(key) -%}
  (('x' || left(md5('{{ var("generator_seed") }}|' || {{ key }}), 13))::bit(52)::bigint / 4503599627370496::float8)
{%- endmacro %}


{# An integer from `low` to `high`, both included. #}
{% macro rand_int(key, low, high) -%}
  ({{ low }} + floor({{ rand_unit(key) }} * ({{ high }} - {{ low }} + 1))::integer)
{%- endmacro %}


{# One of the given words, as a text. #}
{% macro pick(key, words) -%}
  (array['{{ words | join("', '") }}'])[{{ rand_int(key, 1, words | length) }}]
{%- endmacro %}
