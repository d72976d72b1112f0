"""Where the committed files go, and how they are written."""

import csv
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def write_csv(system, name, header, rows):
    """Writes seeds/<system>/<name>.csv; `header` is the column names joined by commas, None is a blank."""
    path = ROOT / "seeds" / system / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(["" if value is None else value for value in row] for row in rows)


def write_lines(system, file_name, lines):
    """Writes seeds/<system>/<file_name>, one text a line."""
    path = ROOT / "seeds" / system / file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
