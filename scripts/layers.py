#!/usr/bin/env python3
"""Checks that the modules of src/ include each other only as src/layers.txt allows.

- A module includes modules above it in the list that its line names; `base` and `diag` are open to all below.
- No two modules and no two folders of one module include each other both ways; no header includes itself
  through others.
- A library's headers appear only in the modules that own it, and heavy ones only in .cc files.
- `weft_module(... USES ...)` names exactly modules that the list allows.
Prints each offence as file:line and exits with 1.
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
OPEN_TO_ALL = {"base", "diag"}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')

# Start of the header's path -> where it may be included; each place is a folder of src/ or tests/.
OWNERS = {
    "yaml-cpp/": ["yaml"],
    "pg_query": ["sql"],
    "libpq": ["adapter/postgres"],
    "nlohmann/": ["manifest", "docs", "cli"],
    "openssl/": ["base"],
    "pcre2": ["jinja", "context"],
    "gmp": ["jinja"],
    "curl/": ["config"],
    "archive": ["config"],
    "zlib": ["docs"],
    "md4c": ["docs"],
    "date/": ["jinja", "context"],
    "catch2/": [],
}
# Reading a document back is what a test of a writer is for.
OPEN_IN_TESTS = ("nlohmann/", "zlib", "archive", "catch2/")
# Small enough to stand in a module's private headers.
LIGHT = ("gmp",)


def read_layers():
    """module -> the modules it may include."""
    allowed, above = {}, []
    for line in (SRC / "layers.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, _, uses = line.partition(":")
        named = uses.split()
        for use in named:
            if use not in above:
                raise SystemExit(f"src/layers.txt: `{name}` uses `{use}`, which is not above it")
        allowed[name] = set(named) | (OPEN_TO_ALL & set(above))
        above.append(name)
    return allowed


def includes_of(path):
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def is_test(path):
    return path.name.endswith(("_test.cc", "_test.h", "_fixture.h")) or ROOT / "tests" in path.parents


def check_library(path, number, header, module_path, offences):
    for start, owners in OWNERS.items():
        if not header.startswith(start):
            continue
        where = f"{path.relative_to(ROOT)}:{number}"
        owned = any(module_path == owner or module_path.startswith(owner + "/") for owner in owners)
        if not owned and not (is_test(path) and start in OPEN_IN_TESTS):
            offences.append(f"{where}: <{header}> belongs to {', '.join(owners) or 'tests'}")
        elif path.suffix == ".h" and start not in LIGHT and not is_test(path):
            offences.append(f"{where}: <{header}> is for .cc files only")


def check_files(allowed):
    offences, folders, headers = [], defaultdict(dict), defaultdict(list)
    for path in sorted([*SRC.rglob("*.cc"), *SRC.rglob("*.h")]):
        folder = path.parent.relative_to(SRC).as_posix()
        module = folder.split("/")[0]
        where = path.relative_to(ROOT)
        if module not in allowed:
            offences.append(f"{where}: module `{module}` is not in src/layers.txt")
            continue
        for number, own, library in includes_of(path):
            if library:
                check_library(path, number, library, folder, offences)
                continue
            if own.startswith("support/"):
                if not is_test(path):
                    offences.append(f'{where}:{number}: "{own}" is for tests')
                continue
            target = SRC / own
            if not target.exists():
                offences.append(f'{where}:{number}: "{own}" is not a path from src/')
                continue
            other = own.split("/")[0]
            if other != module and other not in allowed[module]:
                offences.append(f"{where}:{number}: `{module}` may not include `{other}` ({own})")
            if not is_test(path):
                folders[(folder, target.parent.relative_to(SRC).as_posix())].setdefault(own, f"{where}:{number}")
            if path.suffix == ".h":
                headers[path.relative_to(SRC).as_posix()].append(own)
    return offences, folders, headers


def both_ways(folders):
    for (first, second), reasons in sorted(folders.items()):
        if first < second and (second, first) in folders:
            there, back = next(iter(reasons.values())), next(iter(folders[(second, first)].values()))
            yield f"{first} and {second} include each other: {there} and {back}"


def header_cycles(headers):
    """Depth first, without recursion; each cycle is found at its first closing edge."""
    state = {}
    for start in sorted(headers):
        if start in state:
            continue
        stack, path = [(start, iter(headers[start]))], [start]
        state[start] = "open"
        while stack:
            name, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                state[name] = "done"
                stack.pop()
                path.pop()
            elif state.get(step) == "open":
                yield "headers include themselves: " + " -> ".join([*path[path.index(step):], step])
            elif step not in state:
                state[step] = "open"
                stack.append((step, iter(headers.get(step, []))))
                path.append(step)


def check_cmake(allowed):
    for path in sorted(SRC.glob("*/CMakeLists.txt")):
        text = path.read_text()
        match = re.search(r"weft_module\(\s*(\w+)([^)]*)\)", text)
        if not match or match[1] not in allowed:
            continue
        uses = re.search(r"\bUSES\b(.*?)(?:\bLINK\b|$)", match[2], re.DOTALL)
        for use in uses[1].split() if uses else []:
            if use not in allowed[match[1]]:
                yield f"{path.relative_to(ROOT)}: `{match[1]}` links `{use}`, which src/layers.txt does not allow"


def main():
    allowed = read_layers()
    offences, folders, headers = check_files(allowed)
    offences += both_ways(folders)
    offences += header_cycles(headers)
    offences += check_cmake(allowed)
    for offence in offences:
        print(offence)
    if offences:
        print(f"layers: {len(offences)} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
