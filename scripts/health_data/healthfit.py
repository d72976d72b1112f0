"""Files of HealthFit: a shop's list of wearables, and medical records that name them."""

import datetime
import random

from health_data.files import write_csv

# Brand, device type, model, price without discount, display, strap, days of battery.
MODELS = [
    ("Kestrel", "Smartwatch", "Summit 3", 24999, "AMOLED Display", "Silicone", "14"),
    ("Kestrel", "Smartwatch", "Trail Mini", 17999, "LCD Display", "Silicone", "10"),
    ("Pulsar", "FitnessBand", "Beat 2", 2999, "OLED Display", "Thermoplastic polyurethane", "14"),
    ("Pulsar", "FitnessBand", "Beat 2 Pro", 3999, "AMOLED Display", "Thermoplastic polyurethane", "12"),
    ("Pulsar", "Smartwatch", "Orbit", 8999, "AMOLED Display", "Leather", "7"),
    ("Lumen", "Smartwatch", "Arc", 12999, "TFT-LCD Display", "Stainless Steel", "5"),
    ("Lumen", "FitnessBand", "Thread", 2499, "OLED Display", "Elastomer", "8"),
    ("Ostra", "FitnessBand", "Coral One", 1999, "LED Display", "Rubber", "20"),
    ("Ostra", "Smartwatch", "Reef", 15999, "OLED Display", "Rubber", "6.5"),
    ("Veloce", "Smartwatch", "Sprint 5", 29999, "AMOLED Display", "Silicone", "1.5"),
    ("Veloce", "Smartwatch", "Sprint 5 Nano", 26999, "AMOLED Display", "Silicone", "1.5"),
    ("Tern", "FitnessBand", "Glide", 1499, "Monochrome Display", "Silicone", "21"),
]
COLORS = "Black,Silver,Blue,Coral,Green,Rose Gold,White".split(",")
PULSAR_SPELLINGS = ("Pulsar", "Pulsar", "Pulsar", "PULSAR", "Pulsar", "pulsar", "Pulsar", "Pul sar ", "Pulsar")

FIRST_NAMES = ("Adam Bella Carl Delia Egon Fay Gwen Hank Isla Joel Kim Lars Mona Nick Opal Pia Quinn Rita "
               "Stan Tess Ugo Vita Wade Xenia Yves Zita").split()
LAST_NAMES = ("Ashby Bolt Crane Dunn Elms Frost Grove Hale Irving Joyce Kemp Lowe Marsh North Orr Pike "
              "Reed Stone Tate Vale").split()
CONDITIONS = ("Hypertension", "Type 2 Diabetes", "Asthma", "Obesity", "Sleep Apnea", "Arthritis", "Anxiety",
              "High Cholesterol")
MEDICATIONS = ("Lisinopril", "Metformin", "Albuterol", "Atorvastatin", "Ibuprofen", "Sertraline")
ALLERGIES = ("Penicillin", "Peanuts", "Latex", "Pollen", "Shellfish")
GENDERS = ("Female", "Male", "F", "M", "female", "MALE", "Other", "Female", "Male", "")

TRACKER_HEADER = ("Brand Name,Device Type,Model Name,Color,Selling Price,Original Price,Display,"
                  "Rating (Out of 5),Strap Material,Average Battery Life (in days),Reviews")
RECORD_HEADER = ("patient_id,name,date_of_birth,gender,medical_conditions,medications,allergies,"
                 "last_appointment_date,Tracker")


def make_trackers(rng):
    """Three colors of each model."""
    rows = []
    spellings = iter(PULSAR_SPELLINGS)
    for brand, device, model, price, display, strap, battery in MODELS:
        for color in rng.sample(COLORS, 3):
            selling = price - rng.randrange(0, price // 3, 10)
            rows.append((next(spellings) if brand == "Pulsar" else brand, device, model, color,
                         f"{selling:,}", f"{price:,}", display, f"{rng.uniform(3, 5):.1f}", strap,
                         battery, f"{rng.randrange(5, 25000):,}" if rng.random() < 0.8 else None))
    rows.append(rows[4])  # an exact duplicate
    rows.append((" ", "Smartwatch", "Nameless", "Black", "1,000", "2,000", "LCD Display", "4.0",
                 "Silicone", "7", "12"))  # no brand
    rows.append(("Tern", "FitnessBand", "Glide", "Purple", "-5", "1,499", "Monochrome Display", "9.9",
                 "Silicone", "21", "3"))  # a price below zero and a rating beyond the scale
    return rows


def listed(rng, words, most):
    """None, one or more words as people write lists: `A; B`, `A;B;`, `None`."""
    chosen = rng.sample(words, rng.randrange(0, most + 1))
    if not chosen:
        return rng.choice(("None", "", "none"))
    return rng.choice(("; ", ";", " ; ")).join(chosen) + rng.choice(("", "", ";"))


def written(rng, day):
    """A tenth of the dates is written the other way round."""
    return day.strftime("%d/%m/%Y") if rng.random() < 0.1 else day.isoformat()


def make_records(rng):
    names = [f"{brand} {model}" for brand, _, model, *_ in MODELS]
    rows = []
    for patient_id in range(1, 301):
        birth = datetime.date(1940, 1, 1) + datetime.timedelta(days=rng.randrange(30000))
        seen = datetime.date(2024, 1, 1) + datetime.timedelta(days=rng.randrange(720))
        trackers = rng.sample(names, rng.choice((0, 0, 1, 1, 1, 2)))
        if rng.random() < 0.15:
            trackers = [name.lower() for name in trackers]
        rows.append((patient_id, f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}", written(rng, birth),
                     rng.choice(GENDERS), listed(rng, CONDITIONS, 3), listed(rng, MEDICATIONS, 2),
                     listed(rng, ALLERGIES, 2), written(rng, seen), "; ".join(trackers) or None))
    rows.append(rows[41])  # an exact duplicate
    rows.append((301, "Nora Quill", "1985-02-30", "F", "Asthma", "Albuterol", "None", "2025-03-14",
                 "Nokia 3310"))  # a birth date that never was, and a device nobody sells: kept
    rows.append((None, "Nobody Known", "1970-01-01", "M", "None", "None", "None", "2025-01-01", None))  # no id
    rows.append((303, "Tim Early", "2030-01-01", "M", "None", "None", "None", "2025-01-02", None))  # born later
    return rows


def write():
    rng = random.Random("healthfit")
    write_csv("healthfit", "hf_fitness_tracker_data", TRACKER_HEADER, make_trackers(rng))
    write_csv("healthfit", "hf_medical_records_data", RECORD_HEADER, make_records(rng))
