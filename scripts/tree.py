#!/usr/bin/env python3
"""Checks rules about files that no compiler knows.

White space and line ends, size, paths of somebody's machine, notes to self, names that say nothing, a README
of at most 40 lines in every module with code, a first line that names the interpreter in executable files.
Prints each offence as file:line and exits with 1.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = {".cc", ".h", ".py", ".ts", ".tsx", ".mjs", ".cmake", ".sh", ".def"}
# White space counts in these: goldens, and macros whose output is compared byte for byte.
EXACT = re.compile(r"/testdata/|^tests/(e2e|goldens)/|^src/builtin/macros/|\.csv$|\.jsonl$|\.test$|\.patch$")
VAGUE = re.compile(r"(^|/)(utils?|common|helpers?|manager|misc)(_test)?(\.\w+|/)")
MARKS = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
HOME = re.compile(r"(?<![\w.}])/(?:home|Users)/[a-z]\w+/|(?<![\w.}/])/ro" + r"ot/")
LARGEST = 1_000_000


def tracked():
    """Files of the next commit, and new ones that are not ignored; of an unpacked archive, all files."""
    listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode != 0:
        made = {"build", "target", "logs", "dbt_packages", ".weft", "node_modules", "__pycache__"}
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
        return [str(name) for name in names
                if not made & set(name.parts) and str(name) not in ("profiles.yml", ".user.yml")]
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def check_lines(name, text):
    here = str(ROOT)
    is_code = Path(name).suffix in CODE
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip() and not EXACT.search(name) and not name.endswith(".md"):
            yield number, "white space at the end"
        if is_code and "\t" in line and not EXACT.search(name):
            yield number, "a tab"
        if here in line or HOME.search(line):
            yield number, "a path of one machine"
        if is_code and MARKS.search(line):
            yield number, "a note to self: do it, or open an issue"


def check_file(name):
    path = ROOT / name
    raw = path.read_bytes()
    if len(raw) > LARGEST:
        yield 0, f"{len(raw)} bytes; {LARGEST} is the most"
    if VAGUE.search(name) and not EXACT.search(name):
        yield 0, "a name that says nothing about what it holds"
    if path.stat().st_mode & 0o111 and not raw.startswith(b"#!"):
        yield 0, "executable, but its first line names no interpreter"
    if b"\0" in raw:
        return
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        if not EXACT.search(name):
            yield 0, "not UTF-8"
        return
    yield from check_lines(name, text)
    if raw and not raw.endswith(b"\n") and not EXACT.search(name):
        yield text.count("\n") + 1, "no line end at the end"


def check_pages():
    for module in sorted((ROOT / "src").iterdir()):
        if not module.is_dir() or not any(module.rglob("*.cc")):
            continue
        page = module / "README.md"
        if not page.exists():
            yield f"src/{module.name}: has code and no README.md"
        elif page.read_text().count("\n") > 40:
            yield f"src/{module.name}/README.md: longer than 40 lines"
    page = ROOT / "ARCHITECTURE.md"
    if page.exists() and page.read_text().count("\n") > 200:
        yield "ARCHITECTURE.md: longer than 200 lines"


def main():
    offences = [f"{name}:{line}: {what}" if line else f"{name}: {what}"
                for name in tracked() for line, what in check_file(name)]
    offences += check_pages()
    for offence in offences:
        print(offence)
    if offences:
        print(f"tree: {len(offences)} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
