"""Cases of run.py that break the connection, or kill weft, at one statement after the other.

Each point is a run that meets one fault, a look at the database, and a plain run that must put everything right.
A sample of the points is taken, or every one with WEFT_ALL_POINTS=1:

    WEFT_ALL_POINTS=1 python3 tests/e2e/run.py --weft build/dev/weft statement
"""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from fault_proxy import FaultProxy

MODELS = {
    "models/rebuilt.sql": "{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': true}]) }}\n"
                          "select id, version from {{ source('raw', 'events') }}",
    "models/parted.sql": "{{ config(materialized='table', partition_by={'fields': ['id'], 'method': 'list', "
                         "'default_partition': true, 'partitions': [{'name': 'parted_one', 'values': [1]}]}) }}\n"
                         "select id, version from {{ source('raw', 'events') }}",
    # The column's type follows the version, so that the views on it are made anew.
    "models/shifting.sql": "select id, version{{ '::bigint' if var('version') % 2 else '' }} as version "
                           "from {{ source('raw', 'events') }}",
    "models/merged.sql": "{{ config(materialized='incremental', unique_key='id') }}\n"
                         "select id, version from {{ source('raw', 'events') }}",
    "models/appended.sql": "{{ config(materialized='incremental') }}\n"
                           "select id, version from {{ source('raw', 'events') }}"
                           "{% if is_incremental() %} where version > (select max(version) from {{ this }}){% endif %}",
    "models/refreshed.sql": "{{ config(materialized='materialized_view', indexes=[{'columns': ['id'], 'unique': true}]) "
                            "}}\nselect id, version from {{ source('raw', 'events') }}",
    "snapshots/history.yml": "snapshots:\n  - name: history\n    relation: source('raw', 'events')\n    config: "
                             "{unique_key: id, strategy: check, check_cols: [version]}\n",
    "models/sources.yml": "sources:\n  - name: raw\n    tables: [{name: events}]\n",
}
IN_PLACE = ("rebuilt", "parted", "shifting", "merged", "refreshed", "loaded")
ROWS = 3
FAULTS = ("cut", "lost", "kill")
SAMPLE = int(os.environ.get("WEFT_POINTS", "12"))


class Server:
    """The private server of a project, asked directly, and through a proxy by weft."""

    def __init__(self, project):
        self.project = project
        project.run("db", "start")
        self.folder = re.search(r"^\s*socket\s+(\S+)", project.run("db", "status"), re.MULTILINE)[1]
        self.proxy = FaultProxy(str(Path(self.folder) / ".s.PGSQL.5432"))
        profiles = Path(project.root) / "profiles.yml"
        name = re.match(r"\s*(?:#.*\n)*(\S+):", profiles.read_text())[1]
        profiles.write_text(f"{name}:\n  target: dev\n  outputs:\n    dev: {{type: postgres, host: 127.0.0.1, port: "
                            f"{self.proxy.port}, user: weft, password: '', dbname: weft, schema: analytics, threads: 1}}\n")

    def ask(self, sql: str) -> str:
        done = subprocess.run(["psql", "-h", self.folder, "-U", "weft", "-d", "weft", "-qXAt", "-v", "ON_ERROR_STOP=1",
                               "-c", sql], capture_output=True, text=True)
        assert done.returncode == 0, f"{sql}: {done.stderr}"
        return done.stdout.strip()

    def wait_for_silence(self) -> None:
        """Nobody but us is connected, two seconds after weft's end at the latest."""
        deadline = time.monotonic() + 2.5
        while self.ask("select count(*) from pg_stat_activity where backend_type = 'client backend' and "
                       "pid <> pg_backend_pid()") != "0":
            assert time.monotonic() < deadline, self.ask("select pid, state, query from pg_stat_activity")
            time.sleep(0.02)


def write_project(project, server: Server) -> None:
    for folder in ("models", "seeds"):
        shutil.rmtree(Path(project.root) / folder)
    for path, text in MODELS.items():
        project.write(path, text + "\n")
    server.ask("create schema raw; create table raw.events (id int, version int)")


def set_version(project, server: Server, version: int) -> None:
    server.ask(f"truncate raw.events; insert into raw.events select g, {version} from generate_series(1, {ROWS}) g")
    rows = "".join(f"{i},{version}\n" for i in range(1, ROWS + 1))
    project.write("seeds/loaded.csv", "id,version\n" + rows)


def build(project, version: int) -> subprocess.CompletedProcess:
    # Beside the dead run's: two folders, so that no file of one is the other's.
    return subprocess.run([project.weft, "build", "--vars", json.dumps({"version": version})], cwd=project.root,
                          capture_output=True, text=True, timeout=60)


def statuses(project) -> dict:
    path = Path(project.root) / "target/run_results.json"
    if not path.exists():
        return {}
    return {r["unique_id"].split(".")[-1]: r["status"] for r in json.loads(path.read_text())["results"]}


def check_in_between(server: Server, version: int, told: dict) -> None:
    for name in IN_PLACE:
        for relation in (name, f"on_{name}"):
            seen = server.ask(f"select string_agg(id || '=' || version, ',' order by id) from analytics.{relation}")
            wanted = [",".join(f"{i}={v}" for i in range(1, ROWS + 1)) for v in (version - 1, version)]
            assert seen in wanted, f"{relation}: {seen}"
            # A view shows its source's rows whether it was made anew or not.
            if told.get(name) in ("success", "error") and name != "shifting":
                assert (seen == wanted[1]) == (told[name] == "success"), f"{relation} is {seen}, told {told[name]}"
    check_history(server)


def check_history(server: Server) -> None:
    doubled = server.ask("select count(*) from (select id from analytics.history where dbt_valid_to is null "
                         f"group by id having count(*) <> 1) x")
    assert doubled == "0", server.ask("select * from analytics.history order by id, version")
    doubled = server.ask("select count(*) from (select id, version from analytics.appended group by 1, 2 having "
                         "count(*) > 1) x")
    assert doubled == "0", server.ask("select * from analytics.appended order by 1, 2")


def check_converged(server: Server, version: int) -> None:
    check_in_between(server, version, dict.fromkeys(IN_PLACE, "success"))
    assert server.ask("select count(*) from analytics.appended") == str(ROWS * version)
    assert server.ask("select count(*), count(distinct (id, version)) from analytics.history") == \
        f"{ROWS * version}|{ROWS * version}"
    left = server.ask("select relname from pg_class where relnamespace = 'analytics'::regnamespace and relname like "
                      "'%\\_\\_b%'")
    assert left == "", left
    grants = server.ask("select count(*) from pg_class c, aclexplode(c.relacl) x where x.grantee = 0 and "
                        "relnamespace = 'analytics'::regnamespace")
    assert grants == str(2 * len(IN_PLACE)), grants


def stand_on(server: Server) -> None:
    """What weft did not make: views, grants."""
    for name in IN_PLACE:
        server.ask(f"create view analytics.on_{name} as select id, version from analytics.{name}; "
                   f"grant select on analytics.{name}, analytics.on_{name} to public")


def run_with_fault(project, server: Server, fault: str, point: int, version: int) -> bool:
    """False when the run was over before the point."""
    results = Path(project.root) / "target/run_results.json"
    results.unlink(missing_ok=True)
    running = subprocess.Popen([project.weft, "build", "--vars", json.dumps({"version": version})], cwd=project.root,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    server.proxy.arm("call" if fault == "kill" else fault, point,
                     lambda: os.kill(running.pid, signal.SIGKILL))
    output = running.communicate(timeout=120)[0]
    server.wait_for_silence()
    told = statuses(project) if running.returncode in (0, 1) else {}
    try:
        check_in_between(server, version, told)
    except AssertionError as error:
        raise AssertionError(f"{fault} at query {point}: {error}\n{server.proxy.cut_query}\n{output}") from error
    return server.proxy.count >= point


def a_fault_at_any_statement_breaks_nothing(project) -> None:
    server = Server(project)
    write_project(project, server)
    set_version(project, server, 1)
    server.proxy.arm("", 0)
    first = build(project, 1)
    assert first.returncode == 0, first.stdout
    stand_on(server)
    version = 2
    set_version(project, server, version)
    server.proxy.arm("", 0)
    assert build(project, version).returncode == 0
    points = server.proxy.count
    check_converged(server, version)
    chosen = [(fault, point) for fault in FAULTS for point in range(1, points + 1)]
    if not os.environ.get("WEFT_ALL_POINTS"):
        chosen = random.sample(chosen, SAMPLE)
    for fault, point in chosen:
        version += 1
        set_version(project, server, version)
        run_with_fault(project, server, fault, point, version)
        server.proxy.arm("", 0)
        again = build(project, version)
        assert again.returncode == 0, f"after {fault} at query {point}: {again.stdout}"
        server.wait_for_silence()
        try:
            check_converged(server, version)
        except AssertionError as error:
            raise AssertionError(f"after {fault} at query {point}: {error}\n{server.proxy.cut_query}") from error


CASES = [a_fault_at_any_statement_breaks_nothing]
