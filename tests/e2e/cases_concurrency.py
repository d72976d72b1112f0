"""Cases of run.py about several sessions at once: two runs, readers that hold locks, signals, restarts."""
import json
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

GROWN = """{{ config(materialized='incremental', unique_key='id') }}
select id, now() as at from {{ source('raw', 'events') }}
{% if is_incremental() %}where id > (select max(id) - 2 from {{ this }}){% endif %}
"""
ADDED = """{{ config(materialized='incremental') }}
select id from {{ source('raw', 'events') }}
{% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}
"""
HISTORY = """snapshots:
  - name: history
    relation: source('raw', 'events')
    config: {unique_key: id, strategy: check, check_cols: [version]}
"""
SOURCE = "sources:\n  - name: raw\n    tables: [{name: events}]\n"
PAIRS = int(os.environ.get("WEFT_PAIRS", "4"))


def socket_of(project) -> str:
    project.run("db", "start")
    return re.search(r"^\s*socket\s+(\S+)", project.run("db", "status"), re.MULTILINE)[1]


def psql(folder: str, sql: str, **options) -> subprocess.Popen:
    return subprocess.Popen(["psql", "-h", folder, "-U", "weft", "-d", "weft", "-qXAt", "-c", sql],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def ask(folder: str, sql: str) -> str:
    running = psql(folder, sql)
    output = running.communicate()[0]
    assert running.returncode == 0, output
    return output.strip()


def start(project, *words: str) -> subprocess.Popen:
    return subprocess.Popen([project.weft, *words], cwd=project.root, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def two_runs_at_once_write_no_row_twice(project) -> None:
    folder = socket_of(project)
    ask(folder, "create schema raw; create table raw.events (id int, version int)")
    for path, text in {"models/grown.sql": GROWN, "models/added.sql": ADDED, "models/raw.yml": SOURCE,
                       "snapshots/history.yml": HISTORY}.items():
        project.write(path, text)
    chosen = ("build", "--select", "grown", "added", "history")
    rows = 0
    for number in range(PAIRS):
        rows += 20
        ask(folder, f"insert into raw.events select g, 0 from generate_series({rows - 19}, {rows}) g;"
                    f"update raw.events set version = {number}")
        pair = [start(project, *chosen, "--target-path", f"target{i}", "--log-path", f"logs{i}") for i in range(2)]
        for running in pair:
            output = running.communicate()[0]
            assert running.returncode == 0, output
        for table, key in (("grown", "id"), ("added", "id"), ("history where dbt_valid_to is null", "id")):
            counted = ask(folder, f"select count(*), count(distinct {key}) from analytics.{table}")
            assert counted == f"{rows}|{rows}", f"{table}: {counted}"


def a_signal_ends_the_servers_work_within_a_second(project) -> None:
    project.write("models/slow.sql", "{{ config(materialized='table') }}\nselect pg_sleep(30)::text as slept\n")
    folder = socket_of(project)
    busy = "select count(*) from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active' " \
           "and pid <> pg_backend_pid()"
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        running = start(project, "run", "--select", "slow")
        while ask(folder, busy) == "0":
            assert running.poll() is None, running.communicate()[0]
            time.sleep(0.02)
        sent = time.monotonic()
        running.send_signal(number)
        while ask(folder, busy) != "0":
            assert time.monotonic() - sent < 1, "still working"
            time.sleep(0.02)
        output = running.communicate(timeout=5)[0]
        assert running.returncode == code, (running.returncode, output)
        results = json.loads((Path(project.root) / "target/run_results.json").read_text())["results"]
        assert [r["unique_id"].split(".")[-1] for r in results] == ["slow"], results


def a_blocked_publish_lets_readers_through_and_names_the_blocker(project) -> None:
    project.write("models/wanted.sql", "{{ config(materialized='table') }}\nselect 1 as id\n")
    project.run("run", "--select", "wanted")
    folder = socket_of(project)
    profiles = Path(project.root) / "profiles.yml"
    profiles.write_text(re.sub(r"^(\s*)schema: analytics", r"\1schema: analytics\n\1lock_timeout_ms: 2000",
                               profiles.read_text(), flags=re.MULTILINE))
    holder = psql(folder, "begin; select * from analytics.wanted; select pg_sleep(6)")
    while ask(folder, "select count(*) from pg_locks where relation = 'analytics.wanted'::regclass and granted") == "0":
        time.sleep(0.02)
    running = start(project, "run", "--select", "wanted")
    longest = 0.0
    while running.poll() is None:
        asked = time.monotonic()
        assert ask(folder, "select id from analytics.wanted") == "1"
        longest = max(longest, time.monotonic() - asked)
    output = running.communicate()[0]
    assert running.returncode == 1 and "pg_sleep(6)" in output and "pg_terminate_backend" in output, output
    assert longest < 1, longest
    holder.kill()


def a_restarted_server_costs_time_and_not_the_run(project) -> None:
    for number in range(6):
        before = f"{{{{ ref('step{number - 1}') }}}}" if number else "(select 1 as id) x"
        project.write(f"models/step{number}.sql", "{{ config(materialized='table') }}\n"
                      f"select id, pg_sleep(0.3)::text as slept from {before}\n")
    folder = socket_of(project)
    running = start(project, "run", "--select", "step0+")
    while "step1" not in ask(folder, "select string_agg(relname, ',') from pg_class where relname like 'step%'"):
        time.sleep(0.05)
    data = Path(ask(folder, "show data_directory"))
    tools = Path(subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True).stdout.strip())
    control = ["pg_ctl", "-D", str(data)] if not (tools / "pg_ctl").exists() else [str(tools / "pg_ctl"), "-D", str(data)]
    owner = data.stat().st_uid

    def as_owner() -> None:
        os.setuid(owner)

    stopped = subprocess.run([*control, "stop", "-m", "fast"], capture_output=True, text=True, preexec_fn=as_owner)
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    threading.Timer(3, lambda: subprocess.run([project.weft, "db", "start"], cwd=project.root,
                                              capture_output=True)).start()
    output = running.communicate(timeout=90)[0]
    assert running.returncode == 0, output
    assert "PASS=6" in output, output


CASES = [two_runs_at_once_write_no_row_twice, a_signal_ends_the_servers_work_within_a_second,
         a_blocked_publish_lets_readers_through_and_names_the_blocker, a_restarted_server_costs_time_and_not_the_run]
