"""Writes agate_columns.txt: columns of CSV text, and how dbt's table reader types and reads them.

Run with the Python of an environment that has dbt (dbt_common, agate). Each line holds, in hexadecimal,
the text of a column without its header, and the expected type and values joined by byte 0x1f.
"""
import csv
import datetime
import io
import random
import sys
from decimal import Decimal

import agate
from dbt_common.clients.agate_helper import build_type_tester

SEED = 20260131
WORDS = ["", " ", "null", "NULL", " Null ", "na", "None", "true", "True", "FALSE", " false ", "t", ",", "x",
         "nan", "NaN", "inf", "-Infinity", "sNaN", "nan12", "0", "-0", "00", "1", "+1", "--1", "1_000", "_",
         "1.", ".5", ".", "1.50", "5%", "%5%", "$5", "-$5", "$-5", "$ 5", "5 $", "€1.5", "£", "1,000",
         "1,0,0", ",5", "1e3", "1E-3", "1e", "1e400", "0.00000001", "123456789012345678901234567890",
         "0.1234567890123456789012345678901234", "99999999999999999999999999999.5", "2147483647",
         "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "\u0663", "\u0663.\u0664",
         "\uff11\uff12", "1\u00a0", "\u20031", "2026-01-31", "2026-1-5", "2026-01- 5", "2026-02-29",
         "2024-02-29", "0000-01-01", "0001-01-01", "2026-13-01", "2026-1-32", "20260131", "2026-01-31 ",
         "2026-01-31 12:30:00", "2026-01-31  1:2:3", "2026-01-31\t01:02:03", "2026-01-31 24:00:00",
         "2026-01-31 12:30:60", "2026-01-31 12:30", "2026-01-31 12:30:00.5", "2026-01-31T12:30:00",
         "2026-01-31T12:30:00Z", "2026-01-31T12:30:00.123456789+02:00", "2026-01-31T12:30:00,5-0530",
         "2026-01-31T12", "2026-01-31T12.5", "2026-01-31T1230.25", "20260131T123000", "2026T12", "20T12",
         "2026-031T12", "2026031T12", "2026-W05T12", "2026W055T12", "2026-W05-6T12", "2026-00T12",
         "2026-01-31T24:00", "2026-01-31T12:60", "2026-01-31T12:30+1", "2026-01-31T12:30+01", "T12",
         "2026-01-31t12:30:00", "2026-W05-0T00", "2026-366T00", "2025-000T00", "0001-001T00", "2026-01-00T0",
         "2026-01-31T12:30:00+23:59", "2026-01-31T12:3", "2026-01-31T12:30:", "20-01T00", "202601T00"]


def random_value(rng):
    kind = rng.randrange(7)
    if kind == 0:
        return str(rng.randint(-10 ** rng.randint(1, 20), 10 ** rng.randint(1, 20)))
    if kind == 1:
        return "".join(rng.choice("0123456789.,-+%$eE_ ") for _ in range(rng.randint(1, 8)))
    if kind == 2:
        return "%04d-%d-%02d" % (rng.randint(0, 2100), rng.randint(0, 13), rng.randint(0, 32))
    if kind == 3:
        return "%04d-%02d-%02d %d:%02d:%02d" % (rng.randint(1, 9999), rng.randint(1, 12), rng.randint(1, 31),
                                                rng.randint(0, 24), rng.randint(0, 60), rng.randint(0, 62))
    if kind == 4:
        return "".join(rng.choice("0123456789-:T.WZ+ ") for _ in range(rng.randint(4, 20)))
    if kind == 5:
        return "%04d%s%02d%s%02dT%02d%s%02d%s" % (
            rng.randint(1, 9999), *[rng.choice(["-", ""])], rng.randint(0, 13), rng.choice(["-", ""]),
            rng.randint(0, 31), rng.randint(0, 24), rng.choice([":", ""]), rng.randint(0, 60),
            rng.choice(["", "Z", "+01", "-02:30", ":%02d" % rng.randint(0, 60), ".5", ",25"]))
    return rng.choice(WORDS)


def columns(rng):
    for word in WORDS:
        yield [word]
    for _ in range(1500):
        yield [random_value(rng)]
    for _ in range(2500):
        like = rng.choice([WORDS[:24], WORDS[20:62], WORDS[59:75], WORDS[73:82], WORDS[79:], WORDS])
        yield [rng.choice(like) for _ in range(rng.randint(2, 4))]


def shown(value):
    return "None" if value is None else str(value)


def seed_type(table):
    kind = type(table.column_types[0]).__name__
    if kind == "Number":
        if table.aggregate(agate.MaxPrecision(0)):
            return "float8"
        # dbt says integer for all of these; weft says the type that they fit.
        whole = [v for v in table.columns[0].values_without_nulls() if v.is_finite() and v == v.to_integral_value()]
        if any(not -2 ** 63 <= v < 2 ** 63 for v in whole):
            return "numeric"
        return "bigint" if any(not -2 ** 31 <= v < 2 ** 31 for v in whole) else "integer"
    return {"Integer": "integer", "Date": "date", "DateTime": "timestamp without time zone",
            "ISODateTime": "timestamp without time zone", "Boolean": "boolean", "Text": "text"}[kind]


def main():
    rng = random.Random(SEED)
    with open(sys.argv[1], "w") as out:
        for values in columns(rng):
            buffer = io.StringIO()
            writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
            for value in values:
                writer.writerow([value])
            text = buffer.getvalue()
            try:
                table = agate.Table.from_csv(io.StringIO("a\n" + text), column_types=build_type_tester(()))
                want = "\x1f".join([seed_type(table)] + [shown(row[0]) for row in table.rows])
            except Exception as error:  # Values that make dbt itself fail say nothing of ours.
                print("left out:", values, type(error).__name__, file=sys.stderr)
                continue
            out.write(text.encode().hex() + " " + want.encode().hex() + "\n")


main()
