#!/usr/bin/env python3
"""Writes docs/commands.md from what weft says of itself; with --check, says whether it is up to date.

    scripts/commands.py [--weft build/release/weft] [--check]
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/commands.md"
HEAD = """# Commands

<!-- Written by scripts/commands.py from `weft --help`; do not edit. -->

Options that every command has may stand before or after its name.
"""


def help_of(weft, *words):
    done = subprocess.run([str(weft), *words, "--help"], cwd="/", text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "COLUMNS": "100", "NO_COLOR": "1", "HOME": "/"})
    if done.returncode != 0:
        raise SystemExit(f"{weft} {' '.join(words)} --help ended with {done.returncode}\n{done.stdout}")
    return done.stdout.rstrip("\n")


def names_of():
    """Names of the commands, in order of the table in src/cli/options.cc."""
    text = (ROOT / "src/cli/options.cc").read_text()
    table = text[text.index("CommandSpec kCommands[]"):]
    return re.findall(r'^    \{"([a-z -]+)",', table, re.MULTILINE)


def page(weft):
    parts = [HEAD, "\n    " + help_of(weft).replace("\n", "\n    ") + "\n"]
    for name in names_of():
        text = help_of(weft, *name.split())
        parts.append(f"\n## {name}\n\n    " + text.replace("\n", "\n    ") + "\n")
    return re.sub(r"[ \t]+$", "", "".join(parts), flags=re.MULTILINE)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weft", type=Path, default=ROOT / "build/release/weft")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    text = page(args.weft.resolve())
    if not args.check:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        print("docs/commands.md is out of date: run scripts/commands.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
