#!/usr/bin/env python3
"""Whole projects, run as a user runs them: the real binary on its own PostgreSQL.

    tests/e2e/run.py --weft build/release/weft [filter]

Each case makes a project in a folder of its own. The last line is `N passed, M failed, K skipped`.
"""
import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from cases_clients import CASES as CLIENT_CASES
from cases_concurrency import CASES as CONCURRENCY_CASES
from cases_environment import CASES as ENVIRONMENT_CASES
from cases_faults import CASES as FAULT_CASES
from cases_health_warehouse import CASES as HEALTH_CASES
from cases_indexes import CASES as INDEX_CASES
from cases_introspection import CASES as INTROSPECTION_CASES
from cases_json_seeds import CASES as JSON_SEED_CASES
from cases_partitions import CASES as PARTITION_CASES
from cases_state import CASES as STATE_CASES
from cases_warehouse_operations import CASES as OPERATION_CASES
from execution import CASES as EXECUTION_CASES


class Project:
    """A project that `weft init` made, and the binary to run in it."""

    def __init__(self, weft: Path, folder: Path):
        self.weft = str(weft)
        done = subprocess.run([self.weft, "init", "shop"], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        self.root = folder / "shop"
        self.environment = dict(os.environ)

    def run(self, *words: str, code: int = 0, timeout: int = 120, folder: str = "") -> str:
        done = subprocess.run([self.weft, *words], cwd=folder or self.root, capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL, env=self.environment)
        output = done.stdout + done.stderr
        assert done.returncode == code, f"{words}: exit {done.returncode}, not {code}\n{output}"
        return output

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def rows(self, sql: str) -> list:
        output = self.run("--quiet", "show", "--inline", sql, "--output", "json", "--limit", "-1")
        return json.loads(output[output.index("{"):])["show"]

    def close(self) -> None:
        subprocess.run([self.weft, "db", "stop"], cwd=self.root, capture_output=True)


def a_new_project_builds_tests_and_documents_itself(project: Project) -> None:
    output = project.run("build")
    assert "Done. PASS=7 WARN=0 ERROR=0 SKIP=0" in output, output
    assert project.rows("select count(*) as n from {{ ref('customers') }}") == [{"n": 2}]
    project.run("docs", "generate")
    for name in ("manifest.json", "run_results.json", "catalog.json", "index.html"):
        assert (project.root / "target" / name).stat().st_size > 0, name
    results = json.loads((project.root / "target/run_results.json").read_text())
    assert {result["status"] for result in results["results"]} == {"success"}, results
    log = (project.root / "logs/dbt.log").read_text()
    assert "create" in log and "analytics" in log


def a_database_error_points_at_the_models_own_line(project: Project) -> None:
    project.run("seed")
    project.write("models/staging/stg_orders.sql",
                  "select\n  order_id,\n  customr\nfrom {{ ref('raw_orders') }}\n")
    output = project.run("run", code=1)
    assert "models/staging/stg_orders.sql:3:3" in output, output
    assert "ERROR=1 SKIP=1" in output, output


def an_unknown_ref_names_the_nearest_model(project: Project) -> None:
    project.write("models/marts/customers.sql", "select * from {{ ref('stg_order') }}\n")
    output = project.run("parse", code=2)
    assert "Encountered an error:" in output and "Compilation Error" in output, output
    assert "did you mean `stg_orders`?" in output, output
    assert "models/marts/customers.sql:1:22" in output, output


def a_cycle_is_shown_as_a_path(project: Project) -> None:
    project.write("models/staging/stg_orders.sql", "select * from {{ ref('customers') }}\n")
    output = project.run("build", code=2)
    assert re.search(r"`[\w.]+` -> `[\w.]+` -> `[\w.]+`", output), output


def a_wrong_option_is_a_usage_error(project: Project) -> None:
    output = project.run("run", "--selekt", "x", code=2)
    assert "Usage:" in output and "--select" in output, output


def tests_are_given_out_once(project: Project) -> None:
    project.run("build")
    assert "PASS=4 WARN=0 ERROR=0 SKIP=0 NO-OP=0 REUSED=0 TOTAL=4" in project.run("test")


def views_on_a_rebuilt_table_survive(project: Project) -> None:
    project.run("build")
    project.run("run-operation", "--sql", "create view analytics.by_hand as select customer from analytics.customers")
    project.run("run", "--select", "customers")
    assert project.rows("select count(*) as n from analytics.by_hand") == [{"n": 2}]


def a_killed_run_leaves_nothing_behind(project: Project) -> None:
    project.write("models/marts/slow.sql",
                  "{{ config(materialized='table') }}\nselect 1 as id, pg_sleep(0.3)::text as slept\n")
    project.run("build")
    moments = random.Random()
    for _ in range(10):
        running = subprocess.Popen([project.weft, "build"], cwd=project.root, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.02, 0.5))
        running.send_signal(signal.SIGKILL)
        running.wait()
        present = project.rows("select count(*) as n from pg_class c join pg_namespace s on s.oid = "
                               "relnamespace where nspname = 'analytics' and relname in "
                               "('raw_orders', 'stg_orders', 'customers', 'slow')")
        assert present == [{"n": 4}], present
    # A session's lock goes when the server notices that its client is dead.
    deadline = time.monotonic() + 30
    while project.rows("select count(*) as n from pg_stat_activity where backend_type = 'client backend' "
                       "and pid <> pg_backend_pid()") != [{"n": 0}]:
        assert time.monotonic() < deadline, "sessions of dead runs go on"
        time.sleep(0.05)
    project.run("build")
    left = project.rows("select relname from pg_class c join pg_namespace s on s.oid = relnamespace "
                        "where nspname = 'analytics' and relkind in ('r', 'v') and relname not in "
                        "('raw_orders', 'stg_orders', 'customers', 'slow')")
    assert left == [], left


def every_statement_stands_in_the_log(project: Project) -> None:
    """The server's own log of statements is the witness."""
    project.write("models/marts/totals.sql",
                  "{{ config(materialized='incremental', unique_key='customer', "
                  "post_hook='analyze {{ this }}') }}\nselect customer, count(*) as n "
                  "from {{ ref('stg_orders') }} group by 1\n")
    project.run("db", "start")
    status = project.run("db", "status")
    socket = re.search(r"^\s*socket\s+(\S+)", status, re.MULTILINE)[1]
    for sql in ("alter system set log_statement = 'all'", "alter system set log_line_prefix = 'pid=%p '",
                "select pg_reload_conf()"):
        subprocess.run(["psql", "-h", socket, "-U", "weft", "-d", "weft", "-qXc", sql], check=True,
                       capture_output=True)
    server_log = next(path for path in Path(socket).parent.rglob("*.log"))
    # The server reads its settings when it comes to it, and then logs the question itself.
    while "show log_statement" not in server_log.read_text():
        subprocess.run(["psql", "-h", socket, "-U", "weft", "-d", "weft", "-qXc", "show log_statement"], check=True,
                       capture_output=True)
    started = server_log.stat().st_size
    project.run("build")
    project.run("build")
    with server_log.open() as lines:
        lines.seek(started)
        text = lines.read()
    # `select 1` asks whether the private server is up, before any run. BEGIN, and the ROLLBACK of the test before
    # that goes with it, have lines of their own.
    records = re.findall(r"^pid=\d+ LOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)", text, re.MULTILINE)
    assert len(records) > 30, text[:2000]
    squeeze = lambda sql: re.sub(r"\s+", " ", sql).strip(" ;")  # noqa: E731
    log = (project.root / "logs/dbt.log").read_text()
    ours = squeeze(log)
    sent = [record.replace("\n\t", "\n").removeprefix("ROLLBACK;").removeprefix("BEGIN;") for record in records]
    assert all(f": {word}\n" in log for word in ("BEGIN", "ROLLBACK")), log[-2000:]
    missing = [sql for sql in sent if sql != "select 1" and squeeze(sql) not in ours]
    assert missing == [], f"{len(missing)} of {len(records)}: {missing[:10]}"


CASES = [a_new_project_builds_tests_and_documents_itself, a_database_error_points_at_the_models_own_line,
         an_unknown_ref_names_the_nearest_model, a_cycle_is_shown_as_a_path, a_wrong_option_is_a_usage_error,
         tests_are_given_out_once, views_on_a_rebuilt_table_survive, every_statement_stands_in_the_log,
         a_killed_run_leaves_nothing_behind, *EXECUTION_CASES, *PARTITION_CASES, *INDEX_CASES, *INTROSPECTION_CASES,
         *FAULT_CASES,
         *CONCURRENCY_CASES, *STATE_CASES, *JSON_SEED_CASES, *HEALTH_CASES, *OPERATION_CASES,
         *CLIENT_CASES, *ENVIRONMENT_CASES]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weft", type=Path, required=True)
    parser.add_argument("filter", nargs="?", default="")
    options = parser.parse_args()
    # What a shell starts in the background ignores Ctrl-C, and so would all that is started from here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    weft = options.weft.resolve()
    os.environ.pop("DBT_PROFILES_DIR", None)
    passed = failed = 0
    for case in CASES:
        if not re.search(options.filter, case.__name__):
            continue
        folder = Path(tempfile.mkdtemp(prefix="weft-e2e-"))
        folder.chmod(0o755)
        project = None
        try:
            project = Project(weft, folder)
            case(project)
            passed += 1
        except Exception:
            failed += 1
            print(f"--- {case.__name__}\n{traceback.format_exc()}")
        finally:
            if project is not None:
                project.close()
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
