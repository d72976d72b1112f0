"""Cases of run.py about indexes and materialized views."""

GROWING = """{{{{ config(materialized='incremental', unique_key='id', indexes={indexes}) }}}}
select 1 as id, 'a' as name, null::int as code
"""
NAMED = ("select pg_get_indexdef(indexrelid) as def from pg_index where indrelid = 'analytics.{}'::regclass "
         "order by 1")
REFRESHED = """{{{{ config(materialized='materialized_view'{config}) }}}}
select id, {value} as value from (values (1), (2)) t(id)
"""


def definitions(project, table: str) -> list:
    rows = project.rows(NAMED.format(table))
    return sorted(row["def"].split(" USING ")[1] + (" unique" if " UNIQUE " in row["def"] else "") for row in rows)


def an_index_takes_all_of_postgresqls_options(project) -> None:
    project.write("models/people.sql", """{{ config(materialized='table', indexes=[
      {'expressions': ['lower(name)'], 'where': 'id > 0'},
      {'columns': ['name'], 'opclass': 'text_pattern_ops', 'include': ['id']},
      {'columns': ['code', 'id'], 'unique': true, 'nulls_not_distinct': true, 'type': 'btree'},
    ]) }}
    select 1 as id, 'a' as name, null::int as code
    """)
    wanted = ["btree (code, id) NULLS NOT DISTINCT unique", "btree (lower(name)) WHERE (id > 0)",
              "btree (name text_pattern_ops) INCLUDE (id)"]
    names = "select string_agg(indexname, ',' order by indexname) as n from pg_indexes where tablename = 'people'"
    seen = set()
    for _ in range(3):
        project.run("run", "--select", "people")
        assert definitions(project, "people") == wanted, definitions(project, "people")
        seen.add(project.rows(names)[0]["n"])
    assert len(seen) == 1, seen
    project.write("models/people.sql", "{{ config(materialized='table', indexes=[{'columns': ['id'], 'wher': 'x'}]) }}\n"
                  "select 1 as id\n")
    output = project.run("run", "--select", "people", code=1)
    assert "Additional properties are not allowed ('wher' was unexpected)" in output, output


def a_live_table_follows_its_index_configuration(project) -> None:
    def grow(indexes: list) -> None:
        project.write("models/growing.sql", GROWING.format(indexes=indexes))
        project.run("run", "--select", "growing")

    grow([{"columns": ["id"]}])
    project.run("run-operation", "--sql", "create index by_hand on analytics.growing (code)")
    # As dbt names them: taken for the configuration's.
    project.run("run-operation", "--sql",
                "create index \"0123456789abcdef0123456789abcdef\" on analytics.growing (name)")
    grow([{"columns": ["id"]}, {"columns": ["name"]}])
    assert definitions(project, "growing") == ["btree (code)", "btree (id)", "btree (name)"]
    grow([{"columns": ["id"], "where": "id > 1"}])
    assert definitions(project, "growing") == ["btree (code)", "btree (id) WHERE (id > 1)"]
    grow([])
    assert definitions(project, "growing") == ["btree (code)"]


def a_materialized_view_follows_its_configuration(project) -> None:
    def write(config: str, value: str) -> None:
        project.write("models/refreshed.sql", REFRESHED.format(config=config, value=value))

    def run(code: int = 0) -> str:
        return project.run("run", "--select", "refreshed", code=code)

    write("", "id * 2")
    run()
    project.run("run-operation", "--sql", "create view analytics.on_it as select value from analytics.refreshed")
    assert "REFRESH MATERIALIZED VIEW" in run()
    log = "target/run/shop/models/refreshed.sql"
    assert "concurrently" not in (project.root / log).read_text()
    write(", indexes=[{'columns': ['id'], 'unique': true}]", "id * 2")
    assert "CREATE INDEX" in run()
    assert definitions(project, "refreshed") == ["btree (id) unique"]
    run()
    assert "refresh materialized view concurrently" in (project.root / log).read_text()
    write(", on_configuration_change='continue'", "id * 3")
    assert "`on_configuration_change` was set to `continue`" in run()
    write(", on_configuration_change='fail'", "id * 3")
    run(code=1)
    assert project.rows("select max(value) as v from analytics.on_it") == [{"v": 4}]
    write("", "id * 3")
    run()
    assert project.rows("select max(value) as v from analytics.on_it") == [{"v": 6}]
    assert definitions(project, "refreshed") == []


CASES = [an_index_takes_all_of_postgresqls_options, a_live_table_follows_its_index_configuration,
         a_materialized_view_follows_its_configuration]
