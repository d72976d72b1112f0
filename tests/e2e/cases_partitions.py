"""Cases of run.py about partitioned tables."""

VISITS = """{{{{ config(materialized='incremental', incremental_strategy='append', {config},
  indexes=[{{'columns': ['patient']}}]) }}}}
select * from (values {rows}) t(id, day, patient)
"""
CONTRACT = """models:
  - name: visits
    config: {contract: {enforced: true}, on_schema_change: fail}
    constraints: [{type: primary_key, columns: [id, day]}]
    columns:
      - {name: id, data_type: integer}
      - {name: day, data_type: date}
      - {name: patient, data_type: integer}
"""
YEARLY = "partition_by={'fields': ['day'], 'granularity': 'year'}"
LISTED = """partition_by={'fields': ['day'], 'method': 'range', 'granularity': 'year', 'default_partition': true,
  'partitions': [{'name': 'visits_2023', 'from': "'2023-01-01'", 'to': "'2024-01-01'"},
                 {'name': 'visits_2024', 'from': "'2024-01-01'", 'to': "'2025-01-01'"}]}"""
PARTITIONS = ("select c.relname as name from pg_inherits i join pg_class c on c.oid = inhrelid "
              "where inhparent = 'analytics.visits'::regclass order by 1")
NAMES = ("select relname as name from pg_class where relnamespace = 'analytics'::regnamespace and "
         "relname like '%\\_\\_%' order by 1")


def write_visits(project, config: str, *rows: str) -> None:
    project.write("models/visits.sql", VISITS.format(config=config, rows=", ".join(rows)))


def names(project, sql: str = PARTITIONS) -> list:
    return [row["name"] for row in project.rows(sql)]


def partitions_are_made_for_the_periods_of_the_rows(project) -> None:
    write_visits(project, YEARLY, "(1, date '2023-05-01', 7)", "(2, date '2025-01-01', 8)")
    project.write("models/schema.yml", CONTRACT)
    project.run("run", "--select", "visits")
    assert names(project) == ["visits_p2023", "visits_p2025"]
    write_visits(project, YEARLY, "(3, date '2025-12-31', 7)", "(4, date '2026-01-01', 9)")
    project.run("run", "--select", "visits")
    assert names(project) == ["visits_p2023", "visits_p2025", "visits_p2026"]
    assert project.rows("select count(*) as n from analytics.visits_p2025") == [{"n": 2}]
    plan = project.rows("select count(*) as n from pg_index where indrelid = 'analytics.visits'::regclass")
    assert plan == [{"n": 2}], plan


def listed_partitions_take_their_rows_and_periods_the_rest(project) -> None:
    listed = LISTED.replace("'default_partition': true,", "")
    write_visits(project, listed, "(1, date '2023-05-01', 7)", "(2, date '2025-01-01', 8)")
    project.run("run", "--select", "visits")
    assert names(project) == ["visits_2023", "visits_2024", "visits_p2025"]
    more = listed.replace("]}", ", {'name': 'visits_2026', 'from': \"'2026-01-01'\", 'to': \"'2027-01-01'\"}]}")
    write_visits(project, more, "(3, date '2026-06-01', 7)", "(4, date '2024-06-01', 7)", "(5, date '2027-01-01', 7)")
    project.run("run", "--select", "visits")
    assert names(project) == ["visits_2023", "visits_2024", "visits_2026", "visits_p2025", "visits_p2027"]


def a_range_with_rows_in_the_default_partition_stays_there(project) -> None:
    write_visits(project, LISTED, "(1, date '2023-05-01', 7)", "(2, date '2025-02-01', 8)")
    project.run("run", "--select", "visits")
    more = LISTED.replace("]}", ", {'name': 'visits_2025', 'from': \"'2025-01-01'\", 'to': \"'2026-01-01'\"},"
                          " {'name': 'visits_2026', 'from': \"'2026-01-01'\", 'to': \"'2027-01-01'\"}]}")
    write_visits(project, more, "(3, date '2025-06-01', 7)", "(4, date '2026-06-01', 7)")
    project.run("run", "--select", "visits")
    assert names(project) == ["visits_2023", "visits_2024", "visits_2026", "visits_default"]
    assert project.rows("select id from analytics.visits_default order by 1") == [{"id": 2}, {"id": 3}]


def a_full_refresh_swaps_a_partitioned_table(project) -> None:
    project.write("models/schema.yml", CONTRACT)
    write_visits(project, LISTED, "(1, date '2023-05-01', 7)", "(2, date '1999-05-05', 8)")
    project.run("run", "--select", "visits")
    project.run("run-operation", "--sql", "create view analytics.of_2023 as select id from analytics.visits_2023")
    project.run("run-operation", "--sql", "create view analytics.of_all as select id from analytics.visits")
    for _ in range(2):
        project.run("run", "--select", "visits", "--full-refresh")
        assert names(project) == ["visits_2023", "visits_2024", "visits_default"]
        assert project.rows("select id from analytics.visits_default") == [{"id": 2}]
        assert project.rows("select * from analytics.of_2023, analytics.of_all a order by 2") == [
            {"id": 1, "id_2": 1}, {"id": 1, "id_2": 2}]
        assert names(project, NAMES) == []
        keys = names(project, "select conname as name from pg_constraint where conrelid in "
                     "('analytics.visits'::regclass, 'analytics.visits_2023'::regclass) order by 1")
        assert keys == ["visits_2023_pkey", "visits_pkey"], keys


def a_table_becomes_partitioned_only_by_a_full_refresh(project) -> None:
    write_visits(project, "tags=[]", "(1, date '2023-05-01', 7)")
    project.run("run", "--select", "visits")
    write_visits(project, YEARLY, "(2, date '2024-05-01', 7)")
    output = project.run("run", "--select", "visits", code=1)
    assert "not partitioned" in output and "--full-refresh" in output, output
    project.run("run", "--select", "visits", "--full-refresh")
    assert names(project) == ["visits_p2024"]
    write_visits(project, "tags=[]", "(3, date '2024-06-01', 7)")
    project.run("run", "--select", "visits", "--full-refresh")
    assert project.rows("select relkind::text as k from pg_class where oid = 'analytics.visits'::regclass") == [{"k": "r"}]


CASES = [partitions_are_made_for_the_periods_of_the_rows, listed_partitions_take_their_rows_and_periods_the_rest,
                   a_range_with_rows_in_the_default_partition_stays_there, a_full_refresh_swaps_a_partitioned_table,
                   a_table_becomes_partitioned_only_by_a_full_refresh]
