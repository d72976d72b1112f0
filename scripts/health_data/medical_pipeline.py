"""Files of the Medical Pipeline: FHIR-like resources, one a line, and practitioners as CSV."""

import datetime
import json
import random

from health_data.files import write_csv, write_lines

FIRST_NAMES = ("Alma Bruno Celia Dario Edda Falk Gina Hugo Ilona Jonah Katja Leif Maja Nuno Olea Piet Runa "
               "Sven Thea Uwe Viola Wim").split()
LAST_NAMES = ("Arden Bloom Coster Dorn Ekman Farley Gould Hobbs Ingram Juhl Kerr Larkin Mott Nye Osborn "
              "Prior Rusk Snow Thorn Vance Weld").split()
PLACES = (("Boston", "MA", "02108"), ("Albany", "NY", "12207"), ("Austin", "TX", "78701"),
          ("Denver", "CO", "80202"), ("Salem", "OR", "97301"), ("Madison", "WI", "53703"))
SPECIALTIES = ("Cardiology", "Family Medicine", "Endocrinology", "Neurology", "Pulmonology")
ORGANIZATIONS = ("Lakeside Clinic", "St. Elm Hospital", "Harbor Health")
SNOMED = "http://snomed.info/sct"
CONDITIONS = (("38341003", "Hypertensive disorder"), ("44054006", "Diabetes mellitus type 2"),
              ("195967001", "Asthma"), ("13645005", "Chronic obstructive lung disease"),
              ("35489007", "Depressive disorder"))
# LOINC code, name, category, unit, smallest and greatest value, decimals
OBSERVATIONS = (("8867-4", "Heart rate", "vital-signs", "/min", 52, 110, 0),
                ("8480-6", "Systolic blood pressure", "vital-signs", "mm[Hg]", 98, 172, 0),
                ("8310-5", "Body temperature", "vital-signs", "Cel", 36, 39, 1),
                ("29463-7", "Body weight", "vital-signs", "kg", 45, 120, 1),
                ("2339-0", "Glucose", "laboratory", "mg/dL", 65, 210, 0),
                ("4548-4", "Hemoglobin A1c", "laboratory", "%", 4.5, 10, 1))


def stamp(day, hour=8):
    return f"{day.isoformat()}T{hour:02d}:00:00Z"


def day_in(rng, first, days):
    return datetime.date.fromisoformat(first) + datetime.timedelta(days=rng.randrange(days))


def patient(rng, number, **other):
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    city, state, postal_code = rng.choice(PLACES)
    resource = {
        "resourceType": "Patient",
        "id": f"pat-{number:04d}",
        "meta": {"lastUpdated": stamp(day_in(rng, "2024-01-01", 500))},
        "name": [{"family": last, "given": [first]}],
        "gender": rng.choice(("male", "female", "male", "female", "female", "other", "unknown")),
        "birthDate": day_in(rng, "1938-01-01", 31000).isoformat(),
        "telecom": [{"system": "phone", "value": f"617-555-01{number % 100:02d}"},
                    {"system": "email", "value": f"{first}.{last}{number}@example.org".lower()}],
        "address": [{"city": city, "state": state, "postalCode": postal_code}],
        "generalPractitioner": [{"reference": f"Practitioner/prac-{rng.randrange(1, 26):03d}"}],
    }
    return {**resource, **other}


def make_patients(rng):
    rows = [json.dumps(patient(rng, number)) for number in range(1, 201)]
    newer = {**json.loads(rows[16]), "meta": {"lastUpdated": "2025-12-01T10:00:00Z"},
             "address": [{"city": "Boston", "state": "MA", "postalCode": "02108"}]}
    rows.append(json.dumps(newer))  # pat-0017 moved
    rows.append(rows[29])  # an exact copy on another line
    rows.append(rows[44][:120])  # cut off
    nameless = patient(rng, 301)
    del nameless["id"]
    rows.append(json.dumps(nameless))  # no id
    rows.append(json.dumps(patient(rng, 201, gender="FEMALE", birthDate="1979-02-31")))  # no such day: kept
    return rows


def make_practitioners(rng):
    rows = []
    for number in range(1, 26):
        rows.append((f"prac-{number:03d}", rng.choice(LAST_NAMES), rng.choice(FIRST_NAMES),
                     rng.choice(("male", "female")), rng.choice(SPECIALTIES) if number % 9 else None,
                     rng.choice(ORGANIZATIONS), stamp(day_in(rng, "2024-01-01", 300))))
    rows.append((*rows[3][:4], "Geriatrics", *rows[3][5:6], "2025-11-01T08:00:00Z"))  # a newer version
    rows.append((None, "Ghost", "Gil", "male", "Cardiology", "Harbor Health", "2025-01-01T08:00:00Z"))  # no id
    return rows


def condition(rng, number, patient_id, **other):
    code, display = rng.choice(CONDITIONS)
    onset = day_in(rng, "2021-01-01", 1500)
    status = rng.choice(("active", "active", "active", "resolved", "resolved", "recurrence"))
    resource = {
        "resourceType": "Condition",
        "id": f"cond-{number:04d}",
        "clinicalStatus": {"coding": [{"code": status}]},
        "category": [{"text": "Problem"}],
        "code": {"coding": [{"system": SNOMED, "code": code, "display": display}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "onsetDateTime": onset.isoformat(),
        "recordedDate": stamp(onset + datetime.timedelta(days=2)),
    }
    if status == "resolved":
        resource["abatementDateTime"] = (onset + datetime.timedelta(days=rng.randrange(20, 200))).isoformat()
    if number % 5:
        resource["asserter"] = {"reference": f"Practitioner/prac-{rng.randrange(1, 26):03d}"}
    return {**resource, **other}


def make_conditions(rng):
    rows = [condition(rng, number, f"pat-{rng.randrange(1, 202):04d}") for number in range(1, 301)]
    rows.append(condition(rng, 301, "pat-7777"))  # nobody has this id
    rows.append(condition(rng, 302, "pat-0005", code={"text": "something"}))  # no code
    rows.append(condition(rng, 303, "pat-0006", onsetDateTime="2024-05-01",
                          abatementDateTime="2024-04-01"))  # ended before it began: kept
    return [json.dumps(row) for row in rows]


def observation(rng, number, patient_id, **other):
    code, display, category, unit, low, high, decimals = rng.choice(OBSERVATIONS)
    value = round(rng.uniform(low, high), decimals) if decimals else rng.randrange(low, high)
    resource = {
        "resourceType": "Observation",
        "id": f"obs-{number:04d}",
        "status": rng.choice(("final", "final", "final", "amended", "preliminary")),
        "category": [{"coding": [{"code": category}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": display}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": stamp(day_in(rng, "2024-01-01", 730), number % 24),
        "valueQuantity": {"value": value, "unit": unit},
    }
    if rng.random() >= 0.3:
        resource["performer"] = [{"reference": f"Practitioner/prac-{rng.randrange(1, 26):03d}"}]
    return {**resource, **other}


def make_observations(rng):
    rows = [observation(rng, number, f"pat-{rng.randrange(1, 202):04d}") for number in range(1, 401)]
    rows.append(observation(rng, 401, "pat-0009", status="entered-in-error"))
    rows.append(observation(rng, 402, "pat-0010", valueQuantity={"value": "n/a", "unit": "kg"}))  # kept
    rows.append(observation(rng, 403, "pat-7777"))  # nobody has this id
    return [json.dumps(row) for row in rows] + ["obs-0404;heart rate;72"]  # not JSON


def write():
    rng = random.Random("medical_pipeline")
    write_lines("medical_pipeline", "mp_patients.jsonl", make_patients(rng))
    write_csv("medical_pipeline", "mp_practitioners",
              "practitioner_id,family,given,gender,specialty,organization,last_updated",
              make_practitioners(rng))
    write_lines("medical_pipeline", "mp_conditions.jsonl", make_conditions(rng))
    write_lines("medical_pipeline", "mp_observations.jsonl", make_observations(rng))
