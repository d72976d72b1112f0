"""Files of the Health Tracker: users, blood tests, results and the catalogue of types."""

import datetime
import random

from health_data.files import write_csv

FIRST_NAMES = ("Ada Ben Cleo Dario Elin Femi Greta Hugo Ines Jonas Kaia Luis Mira Nils Olga Pavel "
               "Rosa Samir Tara Umar").split()
LAST_NAMES = ("Abel Brandt Costa Dahl Eriksen Fuchs Garza Holm Ivanov Jansen Keller Lund Moreau "
              "Novak Okoye Petit").split()
COUNTRIES = "US DE FR GB NO ES".split()
LABORATORIES = ("Northgate Labs", "  northgate labs ", "NORTHGATE LABS", "City Clinic Laboratory",
                "city  clinic laboratory", "Harbor Diagnostics", "harbor DIAGNOSTICS ")
DELETED_USERS = (13, 29, 47)

# id, LOINC code, name, category, default unit, kind of value, reference low, reference high
TYPES = [
    (1, "718-7", "Hemoglobin", "hematology", "g/dL", "numeric", 12.0, 17.5),
    (2, "2345-7", "Glucose", "metabolic", "mg/dL", "numeric", 70, 99),
    (3, "4548-4", "Hemoglobin A1c", "metabolic", "%", "numeric", 4.0, 5.6),
    (4, "2093-3", "Total cholesterol", "lipids", "mg/dL", "numeric", None, 200),
    (5, "2085-9", "HDL cholesterol", "lipids", "mg/dL", "numeric", 40, None),
    (6, "2089-1", "LDL cholesterol", "lipids", "mg/dL", "numeric", None, 130),
    (7, "2571-8", "Triglycerides", "lipids", "mg/dL", "numeric", None, 150),
    (8, "2160-0", "Creatinine", "kidney", "mg/dL", "numeric", 0.6, 1.3),
    (9, "3094-0", "Urea nitrogen", "kidney", "mg/dL", "numeric", 7, 20),
    (10, "2951-2", "Sodium", "electrolytes", "mmol/L", "numeric", 135, 145),
    (11, "2823-3", "Potassium", "electrolytes", "mmol/L", "numeric", 3.5, 5.1),
    (12, "17861-6", "Calcium", "electrolytes", "mg/dL", "numeric", 8.5, 10.5),
    (13, "1742-6", "Alanine aminotransferase", "liver", "U/L", "numeric", 7, 56),
    (14, "1920-8", "Aspartate aminotransferase", "liver", "U/L", "numeric", 10, 40),
    (15, "6768-6", "Alkaline phosphatase", "liver", "U/L", "numeric", 44, 147),
    (16, "1975-2", "Total bilirubin", "liver", "mg/dL", "numeric", 0.1, 1.2),
    (17, "1751-7", "Albumin", "liver", "g/dL", "numeric", 3.5, 5.0),
    (18, "3016-3", "Thyrotropin", "thyroid", "mIU/L", "numeric", 0.4, 4),
    (19, "1988-5", "C-reactive protein", "inflammation", "mg/L", "numeric", 0.1, 5),
    (20, "2276-4", "Ferritin", "iron", "ng/mL", "numeric", 15, 300),
    (21, "1989-3", "Vitamin D", "vitamins", "ng/mL", "numeric", 30, 100),
    (22, "6690-2", "Leukocytes", "hematology", "10*3/uL", "numeric", 4.5, 11),
    (23, "25428-4", "Urine glucose", "urinalysis", None, "text", None, None),
    (24, "20454-5", "Urine protein", "urinalysis", None, "text", None, None),
]

# A factor turns the unit into the type's default unit. Units that need an offset (A1c in mmol/mol)
# are left out on purpose.
CONVERSIONS = [
    (1, "g/L", "0.1"), (2, "mmol/L", "18.016"), (4, "mmol/L", "38.67"), (5, "mmol/L", "38.67"),
    (6, "mmol/L", "38.67"), (7, "mmol/L", "88.57"), (8, "umol/L", "0.011312"),
    (8, "\u00b5mol/L", "0.011312"), (9, "mmol/L", "2.801"), (10, "mEq/L", "1"),
    (11, "mEq/L", "1"), (12, "mmol/L", "4.008"), (13, "IU/L", "1"), (14, "IU/L", "1"),
    (15, "IU/L", "1"), (16, "umol/L", "0.058467"), (17, "g/L", "0.1"), (18, "uIU/mL", "1"),
    (18, "mU/L", "1"), (19, "mg/dL", "10"), (20, "ug/L", "1"), (21, "nmol/L", "0.40064"),
    (22, "10^9/L", "1"),
]

# id, raw name, type, confidence, source, verified
MAPPINGS = [
    (1, "hgb", 1, "1.000", "manual", "true"),
    (2, "HGB ", 1, "0.930", "learned", "false"),
    (3, "Blood Sugar", 2, "0.950", "rule", "false"),
    (4, "A1c", 3, "0.910", "learned", "false"),
    (5, "Hb A1C", 3, "1.000", "manual", "true"),
    (6, "Chol", 4, "0.880", "rule", "false"),
    (7, "Vit D", 21, "0.860", "learned", "false"),
    (8, "TSH 3rd gen", 18, "0.990", "manual", "true"),
    (9, "Mystery Marker", 20, "0.410", "learned", "false"),  # too unsure to be used
]


def stamp(day, hour=9):
    return f"{day.isoformat()}T{hour:02d}:00:00Z"


def make_users(rng):
    rows = []
    for user_id in range(1, 61):
        first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        birth = datetime.date(1940, 1, 1) + datetime.timedelta(days=rng.randrange(24000))
        created = datetime.date(2021, 6, 1) + datetime.timedelta(days=rng.randrange(180))
        deleted = stamp(datetime.date(2025, 9, user_id % 28 + 1)) if user_id in DELETED_USERS else None
        rows.append((user_id, f"{first}.{last}{user_id}@example.com".lower(), f"{first} {last}",
                     birth.isoformat(), rng.choice("FFFFMMMMO"), rng.choice(COUNTRIES),
                     stamp(created), deleted or stamp(created), deleted))
    older = rows[6]
    reused = next(row for row in rows if row[0] == DELETED_USERS[0])[1]
    rows.append(older[:5] + ("CA", older[6], "2025-03-03T10:00:00Z", None))  # a newer version of user 7
    rows.append((61, reused.upper(), "Wanda Quist", "1988-02-29", "F", "SE",
                 "2025-10-01T08:00:00Z", "2025-10-01T08:00:00Z", None))  # a deleted user's address
    return rows


def make_blood_tests(rng):
    rows = []
    for test_id in range(1, 241):
        number, user = divmod(test_id - 1, 60)
        day = datetime.date(2022, 2, 1) + datetime.timedelta(days=number * 330 + rng.randrange(200))
        deleted = "2025-11-05T12:00:00Z" if test_id == 100 else None
        rows.append((test_id, user + 1, day.isoformat(), rng.choice(LABORATORIES),
                     f"upload_{test_id:04d}.csv", "processed", stamp(day, 17), stamp(day, 17),
                     deleted or stamp(day, 18), deleted))

    def edge(test_id, user_id, test_date, status):
        at = f"2025-11-{test_id - 230:02d}T09:00:00Z"
        rows.append((test_id, user_id, test_date, "Harbor Diagnostics", f"upload_{test_id:04d}.csv",
                     status, at, at, at, None))

    edge(241, 9999, "2024-05-05", "processed")  # unknown user
    edge(242, 1, "2024-13-45", "processed")  # impossible date
    edge(243, 2, None, "processed")  # blank date
    edge(244, 3, "2026-03-01", "processed")  # after the as-of date
    edge(245, 4, "1901-01-01", "processed")  # before the user's birth
    edge(246, 5, "2024-06-06", "failed")
    edge(247, 6, "05/03/2024", "processed")  # day first
    return rows


def make_biomarkers(rng):
    rows = []
    used = set()
    for test_id in range(1, 241):
        for slot in range(4):
            kind = TYPES[(test_id * 4 + slot) % 22]
            low = kind[6] if kind[6] is not None else kind[7] * 0.4
            high = kind[7] if kind[7] is not None else kind[6] * 2.5
            middle, spread = (low + high) / 2, high - low
            value = max(middle + spread * rng.uniform(-0.65, 0.65), spread * 0.02)
            digits = 1 if high >= 20 else 2
            used.add((test_id, kind[0]))
            rows.append((len(rows) + 1, test_id, kind[0], kind[2], f"{value:.{digits}f}", None,
                         kind[4], f"2025-12-01T{test_id % 24:02d}:00:00Z", None))

    def edge(test_id, type_id, raw_name, number, text, unit):
        assert (test_id, type_id) not in used, (test_id, type_id)
        used.add((test_id, type_id))
        rows.append((len(rows) + 1, test_id, type_id, raw_name, number, text, unit,
                     "2025-12-02T00:00:00Z", None))

    def without(type_id, start):
        """The first test from `start` on that is in use and does not hold the type yet."""
        kept = (test for test in range(start, 241)
                if (test - 1) % 60 + 1 not in DELETED_USERS and test != 100)
        return next(test for test in kept if (test, type_id) not in used)

    edge(without(19, 61), 19, "C-reactive protein", None, "<0.5", "mg/L")
    edge(without(19, 70), 19, "C-reactive protein", None, " >= 10", "mg/L")
    edge(without(18, 80), 18, "Thyrotropin", None, ">100,0", "mIU/L")
    edge(without(24, 90), 24, "Urine protein", None, "negative", None)
    edge(without(23, 91), 23, "Urine glucose", None, "Trace", None)
    edge(without(2, 110), 2, "Glucose", "5.4", None, "mmol/L")
    edge(without(8, 120), 8, "Creatinine", "88", None, "umol/L")
    edge(without(11, 130), 11, "Potassium", "4.4", None, "bananas")
    for type_id, test, raw_name, number, unit in ((1, 140, "hgb ", "13.9", "g/dL"),
                                                  (2, 150, "Blood  Sugar", "91", "MG/DL"),
                                                  (3, 160, "A1c", "5.4", "%")):
        test_id = without(type_id, test)
        used.add((test_id, type_id))
        edge(test_id, None, raw_name, number, None, unit)  # a name the laboratory did not code
    edge(170, None, "Mystery Marker", "42", None, "U/L")
    edge(171, None, "Totally Unknown", "7", None, None)
    edge(without(3, 180), 3, "Hemoglobin A1c", None, "5,9", "%")
    edge(99999, 1, "Hemoglobin", "14", None, "g/dL")  # unknown test
    edge(190, 999, "Ghost marker", "1", None, "g/dL")  # unknown type
    edge(without(12, 200), 12, "Calcium", None, None, "mg/dL")  # no value
    rows.append(rows[9])  # an exact duplicate
    return rows


def write():
    """Writes seeds/health_tracker/ht_*.csv."""
    rng = random.Random("health_tracker")
    write_csv("health_tracker", "ht_users",
              "user_id,email,full_name,date_of_birth,sex,country,created_at,updated_at,deleted_at",
              make_users(rng))
    write_csv("health_tracker", "ht_blood_tests",
              "blood_test_id,user_id,test_date,lab_name,source_file,upload_status,uploaded_at,"
              "created_at,updated_at,deleted_at", make_blood_tests(rng))
    write_csv("health_tracker", "ht_biomarkers",
              "biomarker_id,blood_test_id,biomarker_type_id,raw_name,value_numeric,value_text,unit,"
              "created_at,deleted_at", make_biomarkers(rng))
    write_csv("health_tracker", "ht_biomarker_types",
              "biomarker_type_id,loinc_code,name,category,default_unit,value_kind,reference_low,"
              "reference_high", TYPES)
    write_csv("health_tracker", "ht_biomarker_mappings",
              "mapping_id,raw_name,normalized_name,biomarker_type_id,confidence,mapping_source,"
              "is_verified,created_at",
              [(key, raw, " ".join(raw.lower().split()), kind, confidence, source, verified,
                "2024-01-15T00:00:00Z")
               for key, raw, kind, confidence, source, verified in MAPPINGS])
    write_csv("health_tracker", "ht_unit_conversions", "biomarker_type_id,from_unit,factor",
              CONVERSIONS)

