#!/usr/bin/env python3
"""Writes a dbt project of N models for measuring: the shape of a web shop's warehouse.

    bench/gen_project.py FOLDER MODELS [--rows ROWS]

A fifth of the models are staging views over seeds, two fifths intermediate tables that join up to three
others and loop over a list in Jinja, two fifths marts, every tenth of them incremental. Each model has an
entry with a description, four described columns and two or three generic tests; one properties file holds 25.
The random numbers start from a fixed seed: the same arguments give the same bytes.
"""
import argparse
import random
from pathlib import Path

CATEGORIES = ("books", "games", "garden", "music", "tools")
SEEDS = 5
PROPERTIES_PER_FILE = 25

PROJECT = """name: bench_shop
version: "1.0"
config-version: 2
profile: bench_shop
vars:
  first_day: "2024-01-01"
models:
  bench_shop:
    staging: {+materialized: view}
    intermediate: {+materialized: table}
    marts:
      +materialized: table
      +tags: [reporting]
"""

PROFILES = """bench_shop:
  target: bench
  outputs:
    bench:
      type: postgres
      host: "{{ env_var('PGHOST') }}"
      port: "{{ env_var('PGPORT') | int }}"
      user: "{{ env_var('PGUSER') }}"
      password: ""
      dbname: "{{ env_var('PGDATABASE') }}"
      schema: bench_shop
      threads: 4
"""

MACROS = """{% macro as_money(column, places=2) -%}
  round({{ column }}::numeric / 100, {{ places }})
{%- endmacro %}

{% macro price_band(column, limits) -%}
  case
  {%- for limit in limits %}
    when {{ column }} < {{ limit }} then 'under {{ limit }}'
  {%- endfor %}
    else 'over {{ limits | last }}'
  end
{%- endmacro %}

{% macro loaded_at() -%}
  {% if target.name == 'production' %}now(){% else %}timestamp '2024-01-01 00:00'{% endif %}
{%- endmacro %}
"""

STAGING = """with rows_read as (
    select * from {{{{ ref('shop_orders_{seed}') }}}}
)

select
    order_id,
    category,
    {{{{ as_money('cents') }}}} as price,
    ordered_on::date as ordered_on,
    {{{{ loaded_at() }}}} as loaded_at
from rows_read
where ordered_on::date >= '{{{{ var("first_day") }}}}'
"""

MART_CONFIG = "{{ config(materialized='incremental', unique_key='order_id') }}\n\n"
MART_FILTER = """
{%- if is_incremental() %}
where first_input.order_id > (select coalesce(max(order_id), 0) from {{ this }})
{%- endif %}"""


def staging(number, _names, _rng):
    return STAGING.format(seed=number % SEEDS)


def joined(inputs):
    lines = [f"from {{{{ ref('{inputs[0]}') }}}} as first_input"]
    lines += [f"left join {{{{ ref('{name}') }}}} as input_{index} on input_{index}.order_id = first_input.order_id"
              for index, name in enumerate(inputs[1:], 2)]
    return "\n".join(lines)


def intermediate(_number, names, rng):
    near = names["staging"] + names["intermediate"][-40:]
    inputs = rng.sample(near, min(len(near), rng.choice((1, 2, 2, 3))))
    return f"""{{% set categories = {list(CATEGORIES)} %}}

select
    first_input.order_id,
    first_input.category,
    first_input.price,
    first_input.ordered_on,
    first_input.loaded_at
    {{%- for category in categories %}},
    case when first_input.category = '{{{{ category }}}}' then first_input.price else 0 end as {{{{ category }}}}_price
    {{%- endfor %}}
{joined(inputs)}
"""


def mart(number, names, rng):
    inputs = rng.sample(names["intermediate"], min(len(names["intermediate"]), rng.choice((1, 2))))
    incremental = number % 10 == 0
    return f"""{MART_CONFIG if incremental else ''}select
    first_input.order_id,
    max(first_input.category) as category,
    sum(first_input.price) as price,
    {{{{ price_band('sum(first_input.price)', [10, 100, 1000]) }}}} as price_band,
    max(first_input.ordered_on) as ordered_on
{joined(inputs)}{MART_FILTER if incremental else ''}
group by first_input.order_id
"""


LAYERS = (("staging", "stg_orders", staging), ("intermediate", "int_orders", intermediate),
          ("marts", "mart_orders", mart))


def entry(layer, name):
    key_tests = "[not_null]" if layer == "intermediate" else "[not_null, unique]"
    values = ", ".join(CATEGORIES)
    return f"""  - name: {name}
    description: "Orders of the {layer} layer, one row each. Part {name[-5:]} of the shop."
    columns:
      - name: order_id
        description: "Number of the order."
        data_tests: {key_tests}
      - name: category
        description: "What kind of goods was ordered."
        data_tests:
          - accepted_values:
              arguments: {{values: [{values}]}}
      - name: price
        description: "Price in whole currency."
      - name: ordered_on
        description: "Day of the order."
"""


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_seeds(folder, rows, rng):
    for number in range(SEEDS):
        lines = ["order_id,category,cents,ordered_on"]
        lines += [f"{row},{CATEGORIES[row % len(CATEGORIES)]},{rng.randrange(500_000)},"
                  f"2024-{1 + row % 12:02d}-{1 + row % 28:02d}" for row in range(1, rows + 1)]
        write(folder / "seeds" / f"shop_orders_{number}.csv", "\n".join(lines) + "\n")


def counts(models):
    """How many models each layer gets; every layer has one."""
    first = max(1, models // 5)
    second = max(1, models * 2 // 5)
    return first, second, max(1, models - first - second)


def generate(folder, models, rows):
    rng = random.Random("bench_shop")
    write(folder / "dbt_project.yml", PROJECT)
    write(folder / "profiles.yml", PROFILES)
    write(folder / "macros" / "prices.sql", MACROS)
    write_seeds(folder, rows, rng)
    names, entries = {layer: [] for layer, _, _ in LAYERS}, []
    for (layer, prefix, make), count in zip(LAYERS, counts(models)):
        for number in range(count):
            name = f"{prefix}_{number:05d}"
            write(folder / "models" / layer / f"part_{number // 100:03d}" / f"{name}.sql",
                  make(number, names, rng))
            names[layer].append(name)
            entries.append(entry(layer, name))
    for start in range(0, len(entries), PROPERTIES_PER_FILE):
        text = "models:\n" + "\n".join(entries[start:start + PROPERTIES_PER_FILE])
        write(folder / "models" / f"_part_{start // PROPERTIES_PER_FILE:04d}.yml", text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("models", type=int)
    parser.add_argument("--rows", type=int, default=100)
    args = parser.parse_args()
    generate(args.folder, args.models, args.rows)


if __name__ == "__main__":
    main()
