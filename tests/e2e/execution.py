"""Cases of run.py about what commands do with the database: freshness, batches, hooks, clones, seeds."""
import json
from pathlib import Path

SOURCE = """sources:
  - name: shop
    schema: analytics
    loaded_at_field: loaded_at
    tables:
      - name: events
        config:
          freshness: {warn_after: {count: 2, period: hour}, error_after: {count: 1, period: day}}
"""


def artifact(project, name: str) -> dict:
    return json.loads((Path(project.root) / "target" / name).read_text())


def freshness_is_judged_by_age(project) -> None:
    project.write("models/sources.yml", SOURCE)
    project.write("models/staging/stg_events.sql", "select * from {{ source('shop', 'events') }}\n")
    project.run("seed")
    project.run("run-operation", "--sql", "create table analytics.events (id int, loaded_at timestamptz)")
    for age, status, code in (("1 hour", "pass", 0), ("3 hours", "warn", 0), ("2 days", "error", 1)):
        project.run("run-operation", "--sql", "truncate analytics.events")
        project.run("run-operation", "--sql",
                    f"insert into analytics.events values (1, now() - interval '{age}')")
        project.run("source", "freshness", code=code)
        [result] = artifact(project, "sources.json")["results"]
        assert result["status"] == status, result
        assert result["criteria"]["warn_after"] == {"count": 2, "period": "hour"}, result
    project.run("run-operation", "--sql", "truncate analytics.events")
    project.run("source", "freshness", code=1)
    [result] = artifact(project, "sources.json")["results"]
    assert result["max_loaded_at"].startswith("0001-01-01T00:00:00"), result


def models_behind_fresher_sources_are_selected(project) -> None:
    project.write("models/sources.yml", SOURCE)
    project.write("models/staging/stg_events.sql", "select * from {{ source('shop', 'events') }}\n")
    project.run("seed")
    project.run("run-operation", "--sql",
                "create table analytics.events as select 1 as id, now() - interval '1 hour' as loaded_at")
    project.run("source", "freshness")
    (Path(project.root) / "before").mkdir()
    (Path(project.root) / "target/sources.json").rename(Path(project.root) / "before/sources.json")
    project.run("source", "freshness")
    chosen = ("ls", "--quiet", "--select", "source_status:fresher+", "--state", "before", "--resource-type", "model")
    assert "stg_events" not in project.run(*chosen)
    project.run("run-operation", "--sql", "insert into analytics.events values (2, now())")
    project.run("source", "freshness")
    assert "stg_events" in project.run(*chosen)


BATCHES = """{{ config(materialized='incremental', incremental_strategy='microbatch', unique_key='id',
  event_time='at', batch_size='day', begin='2024-01-01', pre_hook="insert into analytics.hooks values ('pre')",
  post_hook="insert into analytics.hooks values ('post')") }}
select id, at, amount, 1 / amount as share from {{ ref('events') }}
"""
EVENTS = "{{ config(materialized='table', event_time='at') }}\nselect * from (values {rows}) t(id, at, amount)\n"


def events(*rows: str) -> str:
    return EVENTS.replace("{rows}", ", ".join(rows))


def microbatch_builds_day_by_day(project) -> None:
    project.run("seed")
    project.run("run-operation", "--sql", "create table analytics.hooks (kind text)")
    project.write("models/events.sql", events("(1, timestamp '2024-01-01 10:00', 1)",
                                              "(2, timestamp '2024-01-02 10:00', 2)",
                                              "(3, timestamp '2024-01-03 10:00', 4)"))
    project.write("models/batched.sql", BATCHES)
    window = ("--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04")
    output = project.run("run", "--select", "events", "batched", *window)
    assert "Batch 3 of 3 OK created batch 2024-01-03" in output, output
    batches = artifact(project, "run_results.json")["results"][-1]["batch_results"]
    assert project.rows("select count(*) as n from {{ ref('batched') }}") == [{"n": 3}]
    hooks = project.rows("select kind, count(*) as n from analytics.hooks group by 1 order by 1")
    assert hooks == [{"kind": "post", "n": 1}, {"kind": "pre", "n": 1}], hooks
    assert batches["failed"] == [] and len(batches["successful"]) == 3, batches
    assert batches["successful"][0] == ["2024-01-01T00:00:00+00:00", "2024-01-02T00:00:00+00:00"], batches
    compiled = Path(project.root) / "target/compiled/shop/models/batched/batched_2024-01-02.sql"
    assert "at >= '2024-01-02 00:00:00+00:00' and at < '2024-01-03 00:00:00+00:00'" in compiled.read_text()


def a_failed_batch_leaves_the_others(project) -> None:
    project.run("seed")
    project.run("run-operation", "--sql", "create table analytics.hooks (kind text)")
    project.write("models/events.sql", events("(1, timestamp '2024-01-01 10:00', 1)",
                                              "(2, timestamp '2024-01-02 10:00', 0)",
                                              "(3, timestamp '2024-01-03 10:00', 4)"))
    project.write("models/batched.sql", BATCHES)
    project.write("models/behind.sql", "select * from {{ ref('batched') }}\n")
    window = ("--event-time-start", "2024-01-01", "--event-time-end", "2024-01-04")
    output = project.run("run", "--select", "events", "batched", "behind", *window, code=1)
    assert "PARTIAL SUCCESS (2/3)" in output and "SKIP=1" in output, output
    batched = [r for r in artifact(project, "run_results.json")["results"] if r["unique_id"].endswith(".batched")]
    assert project.rows("select id from analytics.batched order by 1") == [{"id": 1}, {"id": 3}]
    assert batched[0]["status"] == "partial success", batched
    assert batched[0]["batch_results"]["failed"] == [["2024-01-02T00:00:00+00:00", "2024-01-03T00:00:00+00:00"]]


def a_sample_reads_only_its_window(project) -> None:
    project.write("models/events.sql", "{{ config(materialized='table', event_time='at') }}\n"
                  "select 1 as id, now() - interval '1 hour' as at union all select 2, now() - interval '5 days'\n")
    project.write("models/recent.sql", "{{ config(materialized='table') }}\nselect * from {{ ref('events') }}\n")
    project.run("run", "--select", "events", "recent", "--sample", "2 days")
    assert project.rows("select id from analytics.recent") == [{"id": 1}]
    assert "Usage:" in project.run("run", "--sample", "2 weeks", code=2)


def a_hook_outside_of_the_transaction_may_vacuum(project) -> None:
    project.write("models/vacuumed.sql", "{{ config(materialized='table', pre_hook="
                  "{'sql': 'vacuum analytics.raw_orders', 'transaction': false}, post_hook="
                  "[{'sql': 'vacuum {{ this }}', 'transaction': false}, 'comment on table {{ this }} is $$done$$']) }}\n"
                  "select 1 as id\n")
    project.run("seed")
    for _ in range(2):
        project.run("run", "--select", "vacuumed")
    comment = project.rows("select obj_description('analytics.vacuumed'::regclass) as c")
    assert comment == [{"c": "done"}], comment


def hooks_behind_a_failed_one_are_skipped(project) -> None:
    config = Path(project.root) / "dbt_project.yml"
    config.write_text(config.read_text() + "on-run-end:\n  - select 1\n  - select 1 / 0\n  - select 2\n")
    project.run("seed", code=1)
    ends = [r["status"] for r in artifact(project, "run_results.json")["results"] if "on-run-end" in r["unique_id"]]
    assert ends == ["success", "error", "skipped"], ends


def a_clone_is_a_view_of_the_other_environment(project) -> None:
    project.run("build")
    (Path(project.root) / "prod").mkdir()
    (Path(project.root) / "target/manifest.json").rename(Path(project.root) / "prod/manifest.json")
    profiles = Path(project.root) / "profiles.yml"
    profiles.write_text(profiles.read_text().replace("schema: analytics", "schema: dev", 1))
    project.run("clone", "--state", "prod", "--select", "customers")
    assert project.rows("select count(*) as n from dev.customers") == [{"n": 2}]
    kind = project.rows("select relkind::text as k from pg_class where oid = 'dev.customers'::regclass")
    assert kind == [{"k": "v"}], kind
    # --state counts from the project, wherever the command is given.
    here = ("--project-dir", str(project.root), "--profiles-dir", str(project.root))
    project.run("clone", *here, "--state", "prod", "--select", "customers", folder="/")
    output = project.run("clone", "--select", "customers", code=2)
    assert "`clone` needs `--state` or `--defer-state`" in output, output
    output = project.run("clone", "--state", "gone", "--select", "customers", code=2)
    assert 'Could not find manifest in --state path: "gone"' in output, output


def a_reloaded_seed_keeps_indexes_and_rights(project) -> None:
    config = Path(project.root) / "dbt_project.yml"
    config.write_text(config.read_text() + "seeds:\n  +indexes:\n    - {columns: [order_id], unique: true}\n")
    project.run("seed")
    project.run("run-operation", "--sql", "grant select on analytics.raw_orders to public")
    project.run("run-operation", "--sql", "comment on table analytics.raw_orders is 'kept'")
    project.run("seed")
    facts = project.rows("select (select count(*) from pg_indexes where tablename = 'raw_orders') as indexes, "
                         "has_table_privilege('public', 'analytics.raw_orders', 'select')::text as readable, "
                         "obj_description('analytics.raw_orders'::regclass) as comment")
    assert facts == [{"indexes": 1, "readable": "true", "comment": "kept"}], facts


def snapshot_columns_have_the_names_of_the_project(project) -> None:
    project.run("seed")
    project.write("snapshots/orders.yml", "snapshots:\n  - name: orders_history\n    relation: ref('raw_orders')\n"
                  "    config:\n      unique_key: order_id\n      strategy: check\n      check_cols: all\n"
                  "      snapshot_meta_column_names: {dbt_valid_from: since, dbt_valid_to: till}\n")
    project.run("snapshot")
    columns = project.rows("select string_agg(attname, ',' order by attnum) as c from pg_attribute "
                           "where attrelid = 'analytics.orders_history'::regclass and attnum > 0")
    assert columns == [{"c": "order_id,customer,amount_cents,ordered_on,dbt_scd_id,dbt_updated_at,since,till"}], columns
    project.run("snapshot")


CASES = [freshness_is_judged_by_age, models_behind_fresher_sources_are_selected, microbatch_builds_day_by_day,
         a_failed_batch_leaves_the_others, a_sample_reads_only_its_window,
         a_hook_outside_of_the_transaction_may_vacuum, hooks_behind_a_failed_one_are_skipped,
         a_clone_is_a_view_of_the_other_environment, a_reloaded_seed_keeps_indexes_and_rights,
         snapshot_columns_have_the_names_of_the_project]
