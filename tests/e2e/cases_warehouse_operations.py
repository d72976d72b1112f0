"""The bundled project: what happens to the Data Warehouse and Patient Data as days go by."""
from cases_health_warehouse import take_the_bundled_project

KEYS = "select md5(string_agg(patient_id || ':' || patient_key, ',' order by patient_key)) as h from dw.dim_patients where patient_key <= 9000"
FACTS = "select count(*) as n, md5(string_agg(visit_key || ':' || cost_with_privacy, ',' order by visit_key)) as h from dw.fact_visits where visit_key <= 25000"
DOCUMENT = ('{"patient": {"mrn": "%s", "name": {"first": "Nia", "last": "Comer"}, "contact": {"phone": "%s"}}, "visits": '
            '[{"visit_id": "%s", "date": "2025-10-10", "diagnoses": [{"code": "I10"}], "notes": [{"text": "Nia came"}]}]}')


def one(project, sql: str):
    (row,) = project.rows(sql)
    return list(row.values())[0] if len(row) == 1 else row


def build(project, system: str, variables: str = "{}") -> str:
    output = project.run("build", "--selector", system, "--vars", variables)
    assert " ERROR=0 SKIP=0 " in output, output
    return output


def the_warehouse_goes_on_with_the_days(project) -> None:
    take_the_bundled_project(project)
    build(project, "warehouse", "{dw_patients: 9000}")
    assert one(project, "select count(*) as n from dw_staging.etl_rejects where reason = 'unknown_patient'") > 2000
    keys = one(project, KEYS)

    build(project, "warehouse")  # the other patients arrive, and their visits with them
    assert one(project, "select count(*) as n from dw.fact_visits") == 25004
    assert one(project, KEYS) == keys
    facts = one(project, FACTS)

    build(project, "warehouse", "{dw_visits: 26000}")
    assert one(project, "select count(*) as n from dw.fact_visits") == 26004
    assert one(project, FACTS) == facts

    groups = "select count(*) as n, md5(string_agg(age_group, ',' order by patient_key)) as h from dw.dim_patients"
    before = one(project, groups)
    build(project, "warehouse", '{as_of_date: "2026-12-31"}')
    assert one(project, "select count(*) as n from dw.fact_visits_2026") == 1
    assert one(project, "select count(*) as n from dw.fact_visits_2027") == 0
    after = one(project, groups)
    assert after["n"] == before["n"] and after["h"] != before["h"]
    assert one(project, KEYS) == keys


def old_years_are_dropped_and_stay_away(project) -> None:
    take_the_bundled_project(project)
    build(project, "warehouse")
    assert "no partition is older than 7 years" in project.run("run-operation", "drop_expired_partitions")
    project.run("run-operation", "drop_expired_partitions", "--vars", "{retention_years: 1}")
    dropped = project.rows("select table_name, row_count from audit.audit_log where action_type = 'RETENTION'")
    assert [row["table_name"] for row in dropped] == ["dw.fact_visits_2023"]
    assert 8000 < dropped[0]["row_count"] < 9000
    build(project, "warehouse", "{retention_years: 1}")
    assert one(project, "select min(extract(year from visit_date))::int as y from dw.fact_visits") == 2024
    assert one(project, "select to_regclass('dw.fact_visits_2023') is null as gone") is True

    refused = project.run("run-operation", "reset_system", "--args", "{system: nonsense}", code=1)
    assert "expected one of: health_tracker, healthfit, medical_pipeline, patient_data, warehouse" in refused, refused
    logged = one(project, "select count(*) as n from audit.audit_log")
    project.run("run-operation", "reset_system", "--args", "{system: warehouse}")
    assert one(project, "select to_regnamespace('dw') is null as gone") is True
    build(project, "warehouse")
    assert one(project, "select count(*) as n from dw.fact_visits") == 25004
    assert one(project, "select count(*) as n from audit.audit_log") > logged


def patients_arrive_are_corrected_and_are_erased(project) -> None:
    take_the_bundled_project(project)
    build(project, "patient_data")
    ids = "select md5(string_agg(mrn || ':' || patient_id, ',' order by patient_id)) as h from pt_base.patients where patient_id <= 206 and mrn <> 'MRN-000003'"
    before = one(project, ids)
    documents = [DOCUMENT % ("MRN-000900", "202-555-0177", "V-900"), DOCUMENT % (" mrn-000010", "202-555-0188", "V-901")]
    project.run("run-operation", "--sql", "set role etl_loader; insert into pt_inbox.documents (payload_text) values "
                + ", ".join(f"('{document}')" for document in documents) + "; reset role")
    build(project, "patient_data")
    assert one(project, "select count(*) as n from pt_base.patients") == 207
    assert one(project, "select phone from pt_base.patients where mrn = 'MRN-000010'") == "202-555-0188"
    assert one(project, ids) == before
    assert one(project, "select count(*) as n from pt_masked.provider_notes_masked where note_redacted = '[name] came'") == 2

    errors = "select count(*) as n from pt_base.load_errors where reason = 'erased'"
    for number, documents_left in (("MRN-000003", 1), ("mrn-000900", 1)):
        project.run("run-operation", "erase_patient", "--args", f"{{mrn: {number}}}")
        build(project, "patient_data")
        assert one(project, f"select count(*) as n from pt_base.patients where mrn = upper('{number}')") == 0
        assert one(project, errors) == documents_left
    assert one(project, "select count(*) as n from pt_inbox.documents") == 1
    erased = project.rows("select details::text as d from audit.audit_log where action_type = 'ERASE'")
    assert len(erased) == 2 and "MRN" not in str(erased), erased
    assert "no patient has this record number" in project.run(
        "run-operation", "erase_patient", "--args", "{mrn: nobody}", code=1)

    project.run("run-operation", "reset_system", "--args", "{system: patient_data}")
    build(project, "patient_data")
    assert one(project, errors) == 1
    assert one(project, "select count(*) as n from pt_base.patients") == 205


CASES = [the_warehouse_goes_on_with_the_days, old_years_are_dropped_and_stay_away,
         patients_arrive_are_corrected_and_are_erased]
