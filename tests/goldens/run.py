#!/usr/bin/env python3
"""Messages as users see them: broken projects, and what weft says about each, word for word.

    tests/goldens/run.py --weft build/release/weft [--update] [filter]

A case is one file under errors/: a comment, the commands, the project's files, then what is expected.

    # why this is worth a case
    $ weft parse
    --- models/orders.sql
    select * from {{ ref('custmers') }}
    === text, exit 2
    ...
    === json
    ...

A command line may set variables (`$ NAME=value weft run`). Commands before the last one prepare. The last
one runs twice: as text, and with --log-format json, of which the diagnostics are kept. dbt_project.yml and
profiles.yml are there unless the case writes its own; {{host}} in a file is the socket folder of a server
that all cases share, {{case}} the case's own schema. --update writes what was seen into the cases: read the
difference before you commit it. The last line is `N passed, M failed, 0 skipped`.
"""
import argparse
import concurrent.futures
import difflib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = "name: shop\nversion: '1.0'\nprofile: shop\n"
PROFILES = """shop:
  target: dev
  outputs:
    dev: {type: postgres, host: "{{host}}", port: 5432, user: weft, password: '', dbname: weft, schema: "{{case}}", threads: 1}
"""
# The role of the case about wrong passwords; everybody else is trusted on the socket.
PASSWORD_ROLE = "careful"


@dataclass
class Case:
    path: Path
    comment: list = field(default_factory=list)
    commands: list = field(default_factory=list)
    files: dict = field(default_factory=dict)
    text: str = ""
    json: str = ""
    head: str = ""  # all lines before the expectations, as they stand in the file

    @property
    def name(self):
        return self.path.stem


def read_case(path):
    case = Case(path)
    target = None
    for line in path.read_text().splitlines(keepends=True):
        if line.startswith("=== text"):
            target = "text"
            case.text += line
            continue
        if line.startswith("=== json"):
            target = "json"
            continue
        if target == "text":
            case.text += line
            continue
        if target == "json":
            case.json += line
            continue
        case.head += line
        if line.startswith("--- "):
            target_file = line[4:].strip()
            case.files[target_file] = ""
        elif case.files:
            case.files[target_file] += line
        elif line.startswith("$ "):
            case.commands.append(line[2:].strip())
        elif line.startswith("#"):
            case.comment.append(line[1:].strip())
    return case


class Server:
    """One private PostgreSQL for all cases, started by the binary under test."""

    def __init__(self, weft, folder):
        self.weft = weft
        subprocess.run([weft, "init", "shop"], cwd=folder, check=True, capture_output=True)
        self.root = folder / "shop"
        started = self.command("db", "start")
        self.host = re.search(r"-h (\S+)", started)[1]
        data = Path(re.search(r"^\s*data\s+(\S+)", self.command("db", "status"), re.MULTILINE)[1])
        self.sql(f"create role {PASSWORD_ROLE} login password 'right'")
        rules = data / "pg_hba.conf"
        rules.write_text(f"local all {PASSWORD_ROLE} scram-sha-256\n" + rules.read_text())
        self.sql("select pg_reload_conf()")

    def command(self, *words):
        done = subprocess.run([self.weft, *words], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout

    def sql(self, text):
        subprocess.run(["psql", "-h", self.host, "-U", "weft", "-d", "weft", "-qXc", text], check=True,
                       capture_output=True)

    def stop(self):
        subprocess.run([self.weft, "db", "stop"], cwd=self.root, capture_output=True, check=False)


def lay_out(case, root, server):
    for path, text in {"dbt_project.yml": PROJECT, "profiles.yml": PROFILES, **case.files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if text.rstrip("\n") == "(absent)":
            (root / path).unlink(missing_ok=True)
            continue
        text = text.replace("{{host}}", server.host).replace("{{case}}", f"case_{case.name}")
        (root / path).write_text(text)
    (root / "models").mkdir(exist_ok=True)


def execute(line, weft, root, *more):
    words = shlex.split(line)
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(("DBT_", "PG", "WEFT_"))}
    environment.update(HOME=str(root), NO_COLOR="1", LC_ALL="C.UTF-8")
    while "=" in words[0]:
        key, value = words.pop(0).split("=", 1)
        environment[key] = value
    return subprocess.run([weft, *words[1:], *more], cwd=root, env=environment, capture_output=True, text=True,
                          timeout=100, stdin=subprocess.DEVNULL)


def scrub(text, case, root, server):
    """Takes out what differs from run to run: times, paths, the schema of the case."""
    text = re.sub(r"^\d\d:\d\d:\d\d  ?", "", text, flags=re.MULTILINE)
    text = re.sub(r"\d+\.\d\ds\b", "0.00s", text)
    text = re.sub(r"\(\d+\.\d+ seconds?\)|\d+\.\d+ seconds\b", "0.00 seconds", text)
    for place, name in ((server.host, "<socket>"), (str(root.resolve()), "<project>"),
                        (str(root.resolve().parent), "<parent>")):
        text = text.replace(place, name)
    text = text.replace(f"case_{case.name}", "analytics")
    text = re.sub(r"^(Running with dbt=|Registered adapter: ).*\n", "", text, flags=re.MULTILINE)
    # Each case starts without a parse cache, which is told.
    text = re.sub(r"^Unable to do partial parsing because .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r" of \d+ macros", " macros", re.sub(r"\d+ macros", "N macros", text))
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).strip("\n") + "\n"


def diagnostics(output):
    """The diagnostics among the JSON lines, each in full."""
    found = []
    for line in output.splitlines():
        diagnostic = json.loads(line)["data"].get("diagnostic")
        if diagnostic is not None:
            found.append(json.dumps(diagnostic, indent=1, ensure_ascii=False))
    return "\n".join(found) + "\n"


def observe(case, weft, server):
    folder = Path(tempfile.mkdtemp(prefix="weft-golden-"))
    folder.chmod(0o755)
    try:
        lay_out(case, folder, server)
        for line in case.commands[:-1]:
            execute(line, weft, folder)
        done = execute(case.commands[-1], weft, folder)
        text = f"=== text, exit {done.returncode}\n" + scrub(done.stdout + done.stderr, case, folder, server)
        done = execute(case.commands[-1], weft, folder, "--log-format", "json")
        lines = "\n".join(line for line in done.stdout.splitlines() if line.startswith("{"))
        return text, scrub(diagnostics(lines), case, folder, server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check(case, weft, server, update):
    """Nothing when the case holds, otherwise what differs."""
    text, as_json = observe(case, weft, server)
    if update:
        case.path.write_text(f"{case.head}{text}=== json\n{as_json}")
        return ""
    wanted, seen = f"{case.text}=== json\n{case.json}", f"{text}=== json\n{as_json}"
    if wanted == seen:
        return ""
    return "".join(difflib.unified_diff(wanted.splitlines(keepends=True), seen.splitlines(keepends=True),
                                        "expected", "seen"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weft", type=Path, required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("filter", nargs="?", default="")
    options = parser.parse_args()
    weft = str(options.weft.resolve())
    cases = [read_case(path) for path in sorted((HERE / "errors").glob("*.txt"))
             if re.search(options.filter, path.stem)]
    if not cases:
        print("0 passed, 0 failed, 0 skipped")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="weft-golden-server-"))
    folder.chmod(0o755)
    server = Server(weft, folder)
    failed = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            futures = [pool.submit(check, case, weft, server, options.update) for case in cases]
            for case, future in zip(cases, futures):
                difference = future.result()
                if difference:
                    failed += 1
                    print(f"--- {case.name}: {' '.join(case.comment)}\n{difference}")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
