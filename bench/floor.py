#!/usr/bin/env python3
"""The least that a run can cost: the same SQL sent by psql, with nothing around it.

    bench/floor.py PROJECT [--threads 4]          connects as PGHOST, PGPORT, PGUSER and PGDATABASE say

Reads target/manifest.json and the compiled SQL below it, made by `weft compile`, and times
  seed   a table of text columns and `\\copy` for each CSV file
  run    `create view` or `create table as` for each model, parents first
  test   `select count(*)` of each data test
on N connections. A connection is one psql that stays open: it is libpq with next to nothing around it, comes
with PostgreSQL, and needs no driver that would have to be installed or built.
"""
import argparse
import csv
import json
import queue
import subprocess
import threading
import time
from pathlib import Path

MARK = "weft-floor-done"


class Psql:
    """One session. `run` returns when the statements are done; an error ends psql."""

    def __init__(self):
        self._process = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"], text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.run("set client_min_messages = warning")

    def run(self, sql):
        self._process.stdin.write(f"{sql}\n;\n\\echo {MARK}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.rstrip("\n") == MARK:
                return
        raise RuntimeError(self._process.stderr.read().strip())

    def close(self):
        self._process.communicate()


def compiled_sql(node, project):
    if node.get("compiled_code"):
        return node["compiled_code"]
    path = node.get("compiled_path")
    if not path:
        raise SystemExit(f"{node['unique_id']} has no compiled SQL: run weft compile first")
    return (project / path).read_text()


def seed_jobs(nodes, project):
    jobs = {}
    for name, node in nodes.items():
        if node["resource_type"] != "seed":
            continue
        path = project / node["original_file_path"]
        with path.open(newline="", encoding="utf-8") as file:
            columns = ", ".join(f'"{column}" text' for column in next(csv.reader(file)))
        # psql's copy command knows no names of three parts.
        table = f'"{node["schema"]}"."{node["alias"]}"'
        jobs[name] = (f"drop table if exists {table} cascade; create table {table} ({columns});\n"
                      f"\\copy {table} from '{path}' with (format csv, header)")
    return jobs


def model_jobs(nodes, project):
    jobs = {}
    for name, node in nodes.items():
        if node["resource_type"] != "model" or node["config"]["materialized"] == "ephemeral":
            continue
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        relation, sql = node["relation_name"], compiled_sql(node, project)
        jobs[name] = f"drop {kind} if exists {relation} cascade; create {kind} {relation} as\n{sql}"
    return jobs


def test_jobs(nodes, project):
    return {name: f"select count(*) from (\n{compiled_sql(node, project)}\n) as failures"
            for name, node in nodes.items() if node["resource_type"] == "test"}


class Order:
    """Hands out jobs whose parents are done, to any number of threads."""

    def __init__(self, jobs, nodes):
        self._children = {job: [] for job in jobs}
        self._waiting = {}
        for job in jobs:
            parents = {parent for parent in nodes[job]["depends_on"].get("nodes", []) if parent in jobs}
            self._waiting[job] = len(parents)
            for parent in parents:
                self._children[parent].append(job)
        self._lock, self._open, self.ready = threading.Lock(), len(jobs), queue.SimpleQueue()
        for job, count in self._waiting.items():
            if count == 0:
                self.ready.put(job)

    def finish(self, job, threads):
        with self._lock:
            self._open -= 1
            for child in self._children[job]:
                self._waiting[child] -= 1
                if self._waiting[child] == 0:
                    self.ready.put(child)
            if self._open == 0:
                self.stop(threads)

    def stop(self, threads):
        for _ in range(threads):
            self.ready.put(None)


def run_jobs(jobs, nodes, threads):
    """Seconds from the first statement to the last answer; the sessions are open before."""
    if not jobs:
        return 0.0
    order, failures = Order(jobs, nodes), []

    def work(session):
        while (job := order.ready.get()) is not None:
            try:
                session.run(jobs[job])
            except (RuntimeError, OSError) as error:
                failures.append(f"{job}: {error}")
                order.stop(threads)
                return
            order.finish(job, threads)

    sessions = [Psql() for _ in range(threads)]
    started = time.perf_counter()
    workers = [threading.Thread(target=work, args=(session,)) for session in sessions]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    for session in sessions:
        session.close()
    if failures:
        raise SystemExit(f"floor: {failures[0]}")
    return seconds


def measure(project, threads, step):
    """Seconds of one step: "seed", "run" or "test". The schemas exist."""
    nodes = json.loads((project / "target/manifest.json").read_text())["nodes"]
    make = {"seed": seed_jobs, "run": model_jobs, "test": test_jobs}[step]
    return run_jobs(make(nodes, project), nodes, threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("--threads", type=int, default=4)
    args = parser.parse_args()
    for step in ("seed", "run", "test"):
        print(f"{step:5} {measure(args.project, args.threads, step):.3f} s")


if __name__ == "__main__":
    main()
