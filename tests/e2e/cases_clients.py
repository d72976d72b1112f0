"""Cases of run.py about what programs that call dbt rely on: events of JSON logs, artifacts, signals."""
import collections
import json
import signal
import subprocess
import time
from pathlib import Path

from cases_concurrency import ask, socket_of

SCHEMA = """models:
  - name: customers
    columns:
      - name: customer
        data_tests:
          - accepted_values: {name: none_is_right, arguments: {values: [nobody]}, config: {store_failures: true}}
          - accepted_values: {name: only_warns, arguments: {values: [nobody]}, config: {severity: warn}}
exposures:
  - {name: board, type: dashboard, owner: {name: me, email: me@example.com}, depends_on: [ref('customers')]}
"""


def events_of(lines: str) -> list:
    return [json.loads(line) for line in lines.splitlines() if line.startswith("{")]


def by_node(events: list) -> dict:
    """The names of each node's events, without those of its connection, by the node's name."""
    passed_over = {"ConnectionReused", "SQLQuery", "SQLQueryStatus", "Rollback", "JinjaLogDebug", "AdapterEventDebug"}
    names = collections.defaultdict(list)
    for event in events:
        node = event["data"].get("node_info")
        if node and event["info"]["name"] not in passed_over:
            names[node["unique_id"].split(".")[2]].append(event["info"]["name"])
    return names


def first(events: list, name: str, node: str = "") -> dict:
    return next(event["data"] for event in events
                if event["info"]["name"] == name and node in str(event["data"].get("node_info", "")))


def failing_project(project) -> None:
    project.write("models/schema.yml", SCHEMA)
    project.write("models/marts/broken.sql", "select nope from {{ ref('customers') }}\n")
    project.write("models/marts/behind.sql", "select * from {{ ref('broken') }}\n")
    project.write("models/marts/inner.sql", "{{ config(materialized='ephemeral') }}\nselect 1 as id\n")
    project.write("models/marts/outer.sql", "{{ log('heard', info=true) }}select * from {{ ref('inner') }}\n")


def each_node_has_dbts_events_in_dbts_order(project) -> None:
    failing_project(project)
    # Nothing behind `customers` but what fails by itself: its tests would hold it back.
    project.write("models/marts/broken.sql", "select nope\n")
    events = events_of(project.run("--log-format", "json", "--log-level", "debug", "build", code=1))
    names = by_node(events)
    done = ["NodeCompiling", "NodeExecuting"]
    assert names["customers"] == ["NodeStart", "LogStartLine", *done, "LogModelResult", "NodeFinished"], names
    assert names["behind"] == ["NodeStart", "SkippingDetails", "NodeFinished"], names
    assert names["inner"] == ["NodeStart", "NodeCompiling", "NodeFinished"], names
    assert names["board"] == ["NodeStart", *done, "LogNodeNoOpResult", "NodeFinished"], names
    assert names["broken"][:7] == ["NodeStart", "LogStartLine", *done, "CatchableExceptionOnRun", "LogModelResult",
                                   "NodeFinished"], names
    assert names["none_is_right"][-1] == "CheckNodeTestFailure", names
    general = [event["info"]["name"] for event in events]
    for name in ("MainReportArgs", "AdapterRegistered", "ArtifactWritten", "EndRunResult", "MarkSkippedChildren"):
        assert name in general, name
    heard = [event for event in events if event["info"]["name"] == "JinjaLogInfo"]
    assert ["node_info" in event["data"] for event in heard] == [False, True], heard


def events_have_dbts_fields(project) -> None:
    failing_project(project)
    events = events_of(project.run("--log-format", "json", "--log-level", "debug", "build", code=1))
    seed = first(events, "LogSeedResult")
    assert seed["status"] == "success" and seed["relation"] == "raw_orders" and seed["schema"], seed
    assert seed["result_message"].startswith("INSERT"), seed
    test = first(events, "LogTestResult", "none_is_right")
    assert test["status"] == "fail" and test["num_failures"] > 0 and "num_models" in test, test
    assert test["attached_node"] == "model.shop.customers", test
    skipped = first(events, "SkippingDetails", "behind")
    assert (skipped["node_name"], skipped["resource_type"]) == ("behind", "model"), skipped
    assert skipped["node_info"]["node_status"] == "skipped" and skipped["node_info"]["node_started_at"], skipped
    assert first(events, "NodeFinished", "behind")["run_result"]["status"] == "skipped"
    start = first(events, "LogStartLine", "customers")
    assert not start["description"].startswith("START"), start


def each_statement_has_one_end(project) -> None:
    failing_project(project)
    open_statements = collections.Counter()
    for event in events_of(project.run("--log-format", "json", "--log-level", "debug", "build", code=1)):
        node = (event["data"].get("node_info") or {}).get("unique_id")
        name = event["info"]["name"]
        if name == "SQLQuery":
            open_statements[node] += 1
        elif name == "SQLQueryStatus" or (name == "AdapterEventDebug" and "Postgres error" in event["info"]["msg"]):
            open_statements[node] -= 1
        assert open_statements[node] in (0, 1), event
    assert set(open_statements.values()) == {0}, open_statements


def who_follows_the_log_finds_a_fresh_manifest(project) -> None:
    project.run("build")
    manifest = project.root / "target/manifest.json"
    project.write("models/marts/customers.sql", "select 1 as id, pg_sleep(2)::text as slept\n")
    before = manifest.stat().st_mtime_ns
    running = subprocess.Popen([project.weft, "--log-format", "json", "--log-level", "debug", "run"],
                               cwd=project.root, stdout=subprocess.PIPE, text=True)
    for line in running.stdout:
        if json.loads(line)["info"]["name"] == "NodeStart":
            assert manifest.stat().st_mtime_ns > before
            break
    running.communicate()
    assert running.returncode == 0


def results_say_where_the_files_are(project) -> None:
    project.run("seed")
    args = json.loads((project.root / "target/run_results.json").read_text())["args"]
    for name, path in (("project_dir", ""), ("profiles_dir", ""), ("log_path", "logs")):
        assert Path(args[name]).resolve() == (project.root / path).resolve(), args
    assert None not in args.values(), args


def another_target_folder_starts_from_what_is_known(project) -> None:
    project.run("parse")
    output = project.run("parse", "--target-path", "elsewhere")
    assert "Unable to do partial parsing" not in output, output
    assert (project.root / "elsewhere/manifest.json").exists()


def stored_failures_stand_in_the_catalog(project) -> None:
    failing_project(project)
    project.run("build", code=1)
    project.write("models/marts/broken.sql", "select 1 as id\n")
    project.run("docs", "generate")
    catalog = json.loads((project.root / "target/catalog.json").read_text())
    assert any(name.startswith("test.shop.none_is_right") for name in catalog["nodes"]), list(catalog["nodes"])


def deps_has_dbts_events(project) -> None:
    events = events_of(project.run("--log-format", "json", "deps"))
    assert "DepsNoPackagesFound" in [event["info"]["name"] for event in events], events
    project.write("packages/other/dbt_project.yml", "name: other\n")
    project.write("packages.yml", "packages:\n  - local: packages/other\n")
    events = events_of(project.run("--log-format", "json", "deps"))
    assert first(events, "DepsStartPackageInstall")["package_name"] == "packages/other", events
    assert "local" in first(events, "DepsInstallInfo")["version_name"], events


def an_ignored_signal_stays_ignored(project) -> None:
    project.write("models/marts/customers.sql", "{{ config(materialized='table') }}select pg_sleep(2)::text as slept\n")
    folder = socket_of(project)
    running = subprocess.Popen([project.weft, "run", "--select", "customers"], cwd=project.root,
                               stdout=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    while ask(folder, "select count(*) from pg_stat_activity where query like '%pg_sleep(2)%' and state = 'active' "
                      "and pid <> pg_backend_pid()") == "0":
        assert running.poll() is None, running.communicate()[0]
        time.sleep(0.02)
    running.send_signal(signal.SIGHUP)
    output = running.communicate(timeout=60)[0]
    assert running.returncode == 0, output


CASES = [each_node_has_dbts_events_in_dbts_order, events_have_dbts_fields, each_statement_has_one_end,
         who_follows_the_log_finds_a_fresh_manifest, results_say_where_the_files_are,
         another_target_folder_starts_from_what_is_known, stored_failures_stand_in_the_catalog, deps_has_dbts_events,
         an_ignored_signal_stays_ignored]
