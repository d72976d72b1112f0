#!/usr/bin/env python3
"""Writes docs/codes.md from src/diag/codes.def; with --check, says whether it is up to date.

    scripts/codes.py [--check]

Checks the list as well: numbers rise and are unique, names are unique, each stands in its module's range.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE, PAGE = ROOT / "src/diag/codes.def", ROOT / "docs/codes.md"
STRING = r'"((?:[^"\\]|\\.)*)"'
ROW = re.compile(rf"^WEFT_CODE\((\d+),\s*(\w+),\s*(\w+),\s*{STRING},\s*{STRING},\s*{STRING}\)$")
RANGE = re.compile(r"^// (.+?) (\d+)xx$")
LETTER = {"Error": "E", "Warning": "W"}

HEAD = """# Codes

<!-- Written by scripts/codes.py from src/diag/codes.def; do not edit. -->

Every message of weft has a code. `E` stands for an error, `W` for a warning. The number never changes its
meaning and is never given to another message. [errors.md](errors.md) explains how to read a message.

Where dbt has a headline for the mistake, weft puts the same one before its text in logs and artifacts;
where dbt has an event, `warn_error_options` knows the warning by that name.
"""


def read_codes():
    """Sections of (title, rows); a row is (number, name, severity, headline, event, text)."""
    sections, offences, names, last = [], [], set(), -1
    for number, line in enumerate(SOURCE.read_text().splitlines(), 1):
        where = f"{SOURCE.relative_to(ROOT)}:{number}"
        title, row = RANGE.match(line), ROW.match(line)
        if title:
            sections.append((title[1], int(title[2]), []))
        elif row:
            code = int(row[1])
            if code <= last:
                offences.append(f"{where}: {code} stands behind {last}")
            if row[2] in names:
                offences.append(f"{where}: the name {row[2]} is taken")
            if not sections or code // 100 != sections[-1][1]:
                offences.append(f"{where}: {code} is outside the range of its section")
                continue
            last = code
            names.add(row[2])
            values = [re.sub(r"\\(.)", r"\1", text) for text in row.groups()[3:]]
            sections[-1][2].append((code, row[2], row[3], *values))
        elif line.strip() and not line.startswith("//"):
            offences.append(f"{where}: neither a code nor a comment")
    return sections, offences


def escape(text):
    return text.replace("|", "\\|")


def page(sections):
    parts = [HEAD]
    for title, _, rows in sections:
        if not rows:
            continue
        parts.append(f"\n## {title[0].upper()}{title[1:]}\n\n| code | name | meaning | dbt's headline | dbt's event |\n"
                     "|---|---|---|---|---|\n")
        for number, name, severity, headline, event, text in rows:
            parts.append(f"| {LETTER[severity]}{number:04d} | {name} | {escape(text)} | {escape(headline)}"
                         f" | {f'`{event}`' if event else ''} |\n")
    return "".join(parts)


def main():
    sections, offences = read_codes()
    text = page(sections)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        offences.append("docs/codes.md is out of date: run scripts/codes.py")
    for offence in offences:
        print(offence)
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
