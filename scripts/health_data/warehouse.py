"""Files of the Data Warehouse: words for its generated patients, and the edge rows beside them."""

from health_data.files import write_csv

FIRST_NAMES = (
    "Abena Adele Agnes Aiko Albert Alina Amara Amir Anders Anika Arjun Astrid Aurora Baran Bela Bianca "
    "Bilal Bodil Camila Casper Cecil Chiara Clara Conrad Daiki Dalia Daria Dennis Dora Edgar Eleni "
    "Elias Elodie Emil Esma Fabian Farah Felix Fiona Florian Frida Gabor Gemma Gideon Hamza Hanne "
    "Harriet Hector Helga Henrik Ida Idris Ilse Imran Ingrid Irena Isaac Jamal Jasper Joana Kamil "
    "Karin Kenji Kira Klaus Lamia Laszlo Leah Leon Linnea Lorenzo Lucia Magda Malik Marta Matilda "
    "Milan Miriam Nadia Nestor Nina Odette Oskar Paloma Petra Rafael Rania Rolf Sabine Selma Soren "
    "Tamar Theo Ulla Valter Vera Viktor Wilma Yara Yusuf").split()
LAST_NAMES = (
    "Abbott Achterberg Almeida Amsel Arnold Baptiste Barlow Becker Bellini Berg Birch Blom Boateng "
    "Borges Brenner Bridger Calder Carver Castell Chandra Coleman Corbin Cordero Dalgaard Decker "
    "Delgado Dietrich Draper Duarte Eastman Egede Ellwood Esposito Falk Farrow Fenwick Ferrara Finch "
    "Fontaine Forsberg Galloway Gerber Gilmore Granger Greco Hadley Halloran Hartmann Hendry Hollis "
    "Ibarra Iverson Jarvis Joshi Kaplan Kimura Klein Koch Kruger Laurent Leclerc Lindqvist Lovell "
    "Madsen Mancini Marlow Mercer Mensah Moreno Nakata Navarro Neumann Nolan Oakley Olsson Ortega "
    "Palmer Paquet Pavlov Pereira Quade Ramsey Redmond Ribeiro Romero Sandoval Sato Schreiber Shelby "
    "Stark Sutter Tanaka Thorne Ullman Vance Vargas Vidal Whitaker Yilmaz Zeller").split()

PATIENTS = [
    # Three that are odd and valid.
    (1000001, "Zoë O'Brien-Núñez", "1988-02-29", "F", "617-555-0101", "zoe@example.org",
     "1 Elm Street", "Boston", "MA", "02108"),  # accents, an apostrophe, born on 29 February
    (1000002, "Ottilie Fairweather", "1925-06-15", "F", "312-555-0102", "ottilie@example.org",
     "2 Oak Street", "Chicago", "IL", "60601"),  # a hundred years old
    (1000003, "王小明 Wang", "1979-09-09", "M", "415-555-0103", "wang@example.org",
     "3 Pine Street", "San Francisco", "CA", "94102"),  # no blank between the names' characters
    # Six that are refused.
    (17, "Second Sight", "1990-01-01", "F", "617-555-0104", "second@example.org",
     "4 Ash Street", "Boston", "MA", "02108"),  # an id that is in use
    (1000005, "  ", "1991-02-02", "M", "404-555-0105", "blank@example.org",
     "5 Fir Street", "Atlanta", "GA", "30303"),  # blank name
    (1000006, "Nova Morrow", "2031-05-05", "F", "312-555-0106", "nova@example.org",
     "6 Bay Street", "Chicago", "IL", "60601"),  # born in the future
    (1000007, "Ira Maybe", "1985-02-30", "M", "415-555-0107", "ira@example.org",
     "7 Sea Street", "San Francisco", "CA", "94102"),  # impossible birth date
    (1000008, "Methuselah Stone", "1850-07-07", "M", "617-555-0108", "stone@example.org",
     "8 Hill Street", "Boston", "MA", "02108"),  # 175 years old
    (None, "Nemo Ohnenummer", "1980-08-08", "M", "404-555-0109", "nemo@example.org",
     "9 Lake Street", "Atlanta", "GA", "30303"),  # no id
]

PROVIDERS = [
    (1001, "Dr. Łucja Šťastná", "Cardiology"),  # accents
    (1002, "Dr. Sam Blankenship", " "),  # no specialty
    (1003, "   ", "Oncology"),  # refused: blank name
    (None, "Dr. Nobody Inparticular", "Neurology"),  # refused: no id
]

VISITS = [
    # Four that are valid.
    (9000001, 1000001, 1, "2024-02-29", "Hypertension", "Office visit", "5.00"),  # noise may exceed it
    (9000002, 1000002, 2, "2025-06-30", None, "Blood panel", "0"),  # no cost, no diagnosis
    (9000003, 1000003, 3, "2025-12-31", "Asthma", " ", "310.50"),  # the last day, no procedure
    (9000004, 1000001, 4, "31/01/2025", "Migraine", "Office visit", "$1,100"),
    # Ten that are refused.
    (1, 1000002, 5, "2024-03-03", "Asthma", "Office visit", "100"),  # an id that is in use
    (9000011, 99999999, 1, "2024-04-04", "Asthma", "Office visit", "100"),  # unknown patient
    (9000012, 1000005, 1, "2024-04-05", "Asthma", "Office visit", "100"),  # a patient who was refused
    (9000013, 1000001, 7777, "2024-04-06", "Asthma", "Office visit", "100"),  # unknown provider
    (9000014, 1000001, 1, "2026-06-01", "Asthma", "Office visit", "100"),  # in the future
    (9000015, 1000001, 1, "2024-06-31", "Asthma", "Office visit", "100"),  # impossible date
    (9000016, 1000001, 1, "2024-04-07", "Asthma", "Office visit", "-45.00"),  # negative cost
    (9000017, 1000001, 1, "2024-04-08", "Asthma", "Office visit", None),  # no cost
    (9000018, 1000001, 1, "2019-04-09", "Asthma", "Office visit", "100"),  # before the first year
    (None, 1000001, 1, "2024-04-10", "Asthma", "Office visit", "100"),  # no id
]


def write():
    """Writes seeds/warehouse/dw_*.csv."""
    assert len(set(FIRST_NAMES)) == 100 and len(set(LAST_NAMES)) == 100
    write_csv("warehouse", "dw_first_names", "name_no,first_name", enumerate(FIRST_NAMES, 1))
    write_csv("warehouse", "dw_last_names", "name_no,last_name", enumerate(LAST_NAMES, 1))
    write_csv("warehouse", "dw_edge_patients",
              "patient_id,name,date_of_birth,gender,phone,email,address,city,state,zip", PATIENTS)
    write_csv("warehouse", "dw_edge_providers", "provider_id,provider_name,specialty", PROVIDERS)
    write_csv("warehouse", "dw_edge_visits",
              "visit_id,patient_id,provider_id,visit_date,diagnosis,procedure_performed,cost", VISITS)
