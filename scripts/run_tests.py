#!/usr/bin/env python3
"""Runs all tests of one build folder and counts their cases. Called by scripts/test.

    scripts/run_tests.py --build build/release [filter]

Five kinds, in this order; the filter is a regular expression over the names in brackets:
  the rules of the tree      scripts/{layers,sizes,codes,tree,commands}.py  [tree]
  the documentation page     type check and node's own test runner          [web]
  the modules                one Catch2 program each, through ctest         [base, diag, ...]
  whole projects             tests/e2e/run.py, which takes the filter itself  [the cases' names]
  messages                   tests/goldens/run.py, likewise
Exit code 1 when anything failed; the last line is `N passed, M failed, K skipped`.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped\s*$", re.MULTILINE)
NO_DATABASE = "skipped, no PostgreSQL"


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run_rules(build):
    """The checks of the tree that take a second, a case each."""
    tally = Tally()
    weft = str(build.resolve() / "weft")
    for name, arguments in (("layers", []), ("sizes", ["--quiet"]), ("codes", ["--check"]), ("tree", []),
                            ("commands", ["--check", "--weft", weft])):
        done = subprocess.run([sys.executable, f"scripts/{name}.py", *arguments], cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            tally.passed += 1
        else:
            tally.failed += 1
            print(f"--- scripts/{name}.py\n{done.stdout}", end="")
    return tally


def run_web(build):
    """The page's tests, in a copy beside the packages that the build has installed."""
    installed = build / "src/docs/web/node_modules"
    if not installed.exists():
        print(f"--- web: {installed} is missing: build first")
        return Tally(failed=1)
    work = build / "web-tests"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(ROOT / "web", work,
                    ignore=shutil.ignore_patterns("node_modules", "dist", ".test-build"))
    (work / "node_modules").symlink_to(installed.resolve())
    steps = (["node_modules/.bin/tsc", "--noEmit"], ["node", "build.mjs", "--tests"],
             ["node", "--test", "--test-reporter=tap", ".test-build"])
    for step in steps:
        done = subprocess.run(step, cwd=work, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            print(f"--- web: {' '.join(step)}\n{done.stdout}", end="")
            break
    found = dict(re.findall(r"^# (pass|fail|skipped) (\d+)", done.stdout, re.MULTILINE))
    tally = Tally(int(found.get("pass", 0)), int(found.get("fail", 0)), int(found.get("skipped", 0)))
    if done.returncode != 0 and tally.failed == 0:
        tally.failed = 1
    return tally


def catch_cases(output):
    """(passed, failed) of what a Catch2 program says last, or nothing when it said nothing."""
    whole = re.findall(r"^All tests passed \(.* in (\d+) test cases?\)", output, re.MULTILINE)
    if whole:
        return int(whole[-1]), 0
    lines = re.findall(r"^test cases:(.*)$", output, re.MULTILINE)
    if not lines:
        return None
    failed = re.search(r"(\d+) failed", lines[-1])
    passed = re.search(r"(\d+) passed", lines[-1])
    return int(passed[1]) if passed else 0, int(failed[1]) if failed else 0


def count_program(case):
    """The cases of one test program, from its entry in ctest's report."""
    output = case.findtext("system-out") or ""
    if case.get("status") == "disabled":
        return Tally(skipped=1)
    passed, failed = catch_cases(output) or (0, 0)
    if case.get("status") != "run" and failed == 0:
        failed = 1  # crashed, took too long, or could not start
    if NO_DATABASE in output:
        # Its database cases returned at once. scripts/setup installs PostgreSQL, so this is a fault.
        print(f"--- {case.get('name')}: the tests with a database did not run, see above")
        failed += 1
    return Tally(passed, failed)


def run_modules(build, name_filter, jobs):
    report = build.resolve() / "ctest.xml"
    report.unlink(missing_ok=True)
    size = "100000000"
    command = ["ctest", "--test-dir", str(build), "--output-on-failure", "--timeout", "1200", "-j", str(jobs),
               "--output-junit", str(report), "--test-output-size-passed", size,
               "--test-output-size-failed", size]
    if name_filter:
        command += ["-R", name_filter]
    done = subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL)
    if not report.exists():
        return Tally(failed=1)
    tally = sum((count_program(case) for case in ElementTree.parse(report).iter("testcase")), Tally())
    if done.returncode != 0 and tally.failed == 0:
        tally.failed = 1
    return tally


def run_script(script, build, name_filter):
    """A test script that runs the binary and counts its cases itself."""
    command = [sys.executable, "-u", str(ROOT / script), "--weft", str(build.resolve() / "weft")]
    process = subprocess.Popen(command + ([name_filter] if name_filter else []), cwd=ROOT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    counted = None
    for line in process.stdout:
        print(line, end="", flush=True)
        counted = COUNTS.match(line) or counted
    process.wait()
    tally = Tally(*map(int, counted.groups())) if counted else Tally(failed=1)
    if process.returncode != 0 and tally.failed == 0:
        tally.failed = 1
    return tally


def prepare_sanitizers(build):
    """Settings of the sanitizers; without effect on other builds."""
    os.environ.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    os.environ.setdefault("ASAN_OPTIONS", "detect_stack_use_after_return=1:strict_string_checks=1")
    os.environ.setdefault("TSAN_OPTIONS", "second_deadlock_stack=1")
    # GCC 12's ThreadSanitizer does not know the wide address randomisation of newer kernels.
    if build.name == "tsan" and shutil.which("setarch") and "WEFT_FIXED_ADDRESSES" not in os.environ:
        os.environ["WEFT_FIXED_ADDRESSES"] = "1"
        os.execvp("setarch", ["setarch", "-R", sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("filter", nargs="?", default="")
    args = parser.parse_args()
    prepare_sanitizers(args.build)
    wanted = re.compile(args.filter)
    kinds = []
    if wanted.search("tree"):
        kinds.append(("tree", lambda: run_rules(args.build)))
    if wanted.search("web"):
        kinds.append(("web", lambda: run_web(args.build)))
    kinds.append(("modules", lambda: run_modules(args.build, args.filter, args.jobs)))
    kinds.append(("projects", lambda: run_script("tests/e2e/run.py", args.build, args.filter)))
    kinds.append(("messages", lambda: run_script("tests/goldens/run.py", args.build, args.filter)))
    total, rows = Tally(), []
    for name, run in kinds:
        started = time.monotonic()
        tally = run()
        rows.append(f"{name:9} {tally}  ({time.monotonic() - started:.0f} s)")
        total += tally
    print("\n" + "\n".join(rows))
    if total == Tally():
        print(f"no test has a name that matches `{args.filter}`")
    print(total, flush=True)
    return 1 if total.failed or total == Tally() else 0


if __name__ == "__main__":
    sys.exit(main())
