"""Files of Patient Data: nested documents of invented patients, and a list of diagnosis codes."""

import copy
import datetime
import json
import random

from health_data.files import ROOT, write_csv

FIRST_NAMES = ("Aina Björn Carlotta Dag Elena Farid Gudrun Henning Inga Jürgen Kofi Liv Marek Naima Orla "
               "Per Ragna Sanna Tove Ugo Veit Wanda Xenia Zoë").split() + ["Mary Ann"]
LAST_NAMES = ("Albrecht Bakker Castro Dubois Eklund Fischer Gruber Hassan Ibsen Jensen Kowalski Larsen "
              "Meyer Nyström Özdemir Quist Richter Schmidt Torres Vogel").split() + ["O'Neil", "Van der Berg"]
STATES = (("Boston", "MA", "021"), ("Albany", "NY", "122"), ("Chicago", "IL", "606"),
          ("Atlanta", "GA", "303"), ("Austin", "TX", "787"), ("Seattle", "WA", "981"))
STREETS = ("Harbor Street", "Mill Road", "Station Avenue", "Garden Lane")
PROVIDERS = (("9000000001", "Dr. Henrike Amsel"), ("9000000002", "Dr. Paolo Berti"),
             ("9000000003", "Dr. Chidi Eze"), ("9000000004", "Dr. Signe Holt"),
             ("9000000005", "Dr. Leonie Straub"), ("9000000006", "Dr. Tomasz Zielak"))
VISIT_TYPES = ("office", "office", "office", "telehealth", "emergency", "inpatient")
REASONS = ("annual check", "follow-up", "new complaint", "medication review", "vaccination")

CODES = [
    ("E11.9", "Type 2 diabetes mellitus without complications"),
    ("E78.5", "Hyperlipidemia, unspecified"),
    ("F32.9", "Major depressive disorder, single episode, unspecified"),
    ("G43.909", "Migraine, unspecified, not intractable, without status migrainosus"),
    ("I10", "Essential (primary) hypertension"),
    ("J06.9", "Acute upper respiratory infection, unspecified"),
    ("J45.909", "Unspecified asthma, uncomplicated"),
    ("K21.9", "Gastro-esophageal reflux disease without esophagitis"),
    ("L20.9", "Atopic dermatitis, unspecified"),
    ("M54.50", "Low back pain, unspecified"),
    ("N39.0", "Urinary tract infection, site not specified"),
    ("R51.9", "Headache, unspecified"),
    ("Z00.0", "Encounter for general adult medical examination"),
    ("Z23", "Encounter for immunization"),
]
DRUGS = (("Metformin", "500 mg", "twice daily"), ("Atorvastatin", "20 mg", "once daily"),
         ("Sertraline", "50 mg", "once daily"), ("Lisinopril", "10 mg", "once daily"),
         ("Salbutamol", "2.5 mg", "as needed"), ("Omeprazole", "20 mg", "once daily"),
         ("Ibuprofen", "400 mg", "three times daily"), ("Amoxicillin", "5 ml", "three times daily"))
NOTES = (
    "{first} reports feeling better. No changes.",
    "Patient {first} {last} called from {phone} about the results.",
    "Results sent to {email}; {last} will come back in four weeks.",
    "Record {mrn} checked against SSN {ssn}.",
    "Mr or Ms {last} asked to be reached at {phone_other}.",
    "Blood pressure taken twice, both readings in range.",
)


def visit_number(number):
    return f"V-{number:06d}"


def make_treatment(rng, day):
    drug, dose, frequency = rng.choice(DRUGS)
    end = (day + datetime.timedelta(days=rng.randrange(5, 120))).isoformat() if rng.random() < 0.7 else None
    return {"drug": drug, "dose": dose, "frequency": frequency, "start": day.isoformat(), "end": end}


def make_visit(rng, number, day, patient):
    npi, provider = rng.choice(PROVIDERS)
    contact = patient["contact"]
    words = {"first": patient["name"]["first"], "last": patient["name"]["last"], "mrn": patient["mrn"],
             "ssn": patient["ssn"], "phone": contact["phone"], "email": contact["email"],
             "phone_other": "({}) {}-{}".format(*contact["phone"].split("-"))}
    notes = [{"author": provider, "at": f"{day.isoformat()}T{rng.randrange(8, 18):02d}:{rng.randrange(60):02d}:00Z",
              "text": rng.choice(NOTES).format(**words)} for _ in range(rng.randrange(3))]
    return {"visit_id": visit_number(number), "date": day.isoformat(), "type": rng.choice(VISIT_TYPES),
            "provider": {"npi": npi, "name": provider}, "reason": rng.choice(REASONS),
            "diagnoses": [{"code": code, "system": "ICD-10-CM", "description": description}
                          for code, description in rng.sample(CODES, rng.randrange(1, 4))],
            "treatments": [make_treatment(rng, day) for _ in range(rng.randrange(3))],
            "notes": notes}


def make_patient(rng, number):
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    city, state, zip_start = rng.choice(STATES)
    birth = datetime.date(1935, 1, 1) + datetime.timedelta(days=rng.randrange(31000))
    return {"mrn": f"MRN-{number:06d}", "name": {"first": first, "last": last}, "dob": birth.isoformat(),
            "gender": rng.choice(("female", "male", "female", "male", "other")),
            "ssn": f"900-{rng.randrange(10, 100)}-{rng.randrange(1000, 10000)}",
            "contact": {"phone": f"202-555-01{number % 100:02d}", "email": f"patient{number}@example.org",
                        "address": {"line": f"{rng.randrange(1, 200)} {rng.choice(STREETS)}", "city": city,
                                    "state": state, "zip": f"{zip_start}{rng.randrange(1, 100):02d}"}}}


def make_documents(rng):
    documents = []
    visits = 0
    for number in range(1, 201):
        patient = make_patient(rng, number)
        days = sorted(datetime.date(2022, 1, 3) + datetime.timedelta(days=rng.randrange(1450))
                      for _ in range(max(rng.randrange(5), 1 if number < 4 else 0)))
        documents.append({"patient": patient, "visits": [
            make_visit(rng, visits + place, day, patient) for place, day in enumerate(days, 1)]})
        visits += len(days)
    return documents


def edge_lines(rng, documents):
    """Twelve lines, each wrong or odd in the way beside it."""
    def one_visit(number, visit, day="2025-04-04", **changes):
        patient = make_patient(rng, number)
        made = make_visit(rng, visit, datetime.date.fromisoformat(day), patient)
        return {"patient": patient, "visits": [{**made, **changes}]}

    again = copy.deepcopy(documents[0])  # sent again, with another phone and one more visit
    again["patient"]["contact"]["phone"] = "202-555-0199"
    again["visits"].append(make_visit(rng, 900001, datetime.date(2025, 11, 20), again["patient"]))
    nameless = one_visit(0, 900002)
    nameless["patient"]["mrn"] = None  # no record number
    unborn = one_visit(301, 900003)
    unborn["patient"]["dob"] = "1990-02-30"  # impossible birth date
    codes = [{"code": " ", "system": "ICD-10-CM", "description": "left blank"},
             {"code": "notacode", "system": "ICD-10-CM", "description": "not a code"}]
    courses = [{"drug": "Ibuprofen", "dose": "lots", "frequency": "as needed",
                "start": "2025-04-04", "end": "2025-03-04"},  # ends before it starts, no dose
               {"drug": None, "dose": "5 mg", "frequency": "once daily", "start": "2025-04-04", "end": None}]
    moved = copy.deepcopy(documents[1])
    moved["visits"] = [{**moved["visits"][0], "date": "2025-05-05"}]  # a known visit with another date
    made = [
        again,
        json.dumps(one_visit(302, 900004), ensure_ascii=False)[:120],  # cut off
        nameless,
        unborn,
        one_visit(303, 900005, date="2027-01-01"),  # in the future
        one_visit(304, 900006, date="yesterday"),
        one_visit(305, 900007, visit_id=None),
        one_visit(306, 900008, diagnoses=codes),
        one_visit(307, 900009, treatments=courses),
        one_visit(308, 900010, day="1999-05-05"),  # before all yearly partitions
        [],
        moved,
    ]
    return [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in made]


def write():
    """Writes seeds/patient_data/pt_*."""
    rng = random.Random("patient_data")
    documents = make_documents(rng)
    lines = [json.dumps(document, ensure_ascii=False) for document in documents]
    path = ROOT / "seeds" / "patient_data" / "pt_patient_documents.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines + edge_lines(rng, documents)) + "\n", encoding="utf-8")
    write_csv("patient_data", "pt_icd10_codes", "code,description", CODES)
