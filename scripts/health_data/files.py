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
