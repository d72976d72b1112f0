"""The bundled project, built from nothing."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("dbt_project.yml", "selectors.yml", "models", "macros", "seeds", "snapshots", "functions", "analyses",
         "reports", "tests/data")


def take_the_bundled_project(project) -> None:
    shutil.rmtree(project.root)
    for part in PARTS:
        source, target = ROOT / part, project.root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy(source, target)
    shutil.copy(ROOT / "profiles.example.yaml", project.root / "profiles.yml")


def tool(project, name: str, *words: str) -> str:
    done = subprocess.run([sys.executable, ROOT / "scripts" / name, *words], cwd=project.root, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def sql(dsn: str, text: str) -> str:
    done = subprocess.run(["psql", dsn, "-XAtqc", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def the_pipeline_takes_in_what_comes_late(project, dsn: str) -> None:
    """A newer and an older version, a patient somebody waited for, and a withdrawn observation."""
    waiting = sql(dsn, "select condition_id from mp_silver.silver_condition where condition_id = 'cond-0301'")
    assert waiting == "", waiting
    sql(dsn, """
        insert into mp_inbox.events (resource_type, payload_text) values
        ('Patient', '{"id": "pat-0001", "meta": {"lastUpdated": "2026-02-01T00:00:00Z"}, "name": [{"family": "Newer"}]}'),
        ('Patient', '{"id": "pat-0001", "meta": {"lastUpdated": "2020-02-01T00:00:00Z"}, "name": [{"family": "Older"}]}'),
        ('Patient', '{"id": "pat-7777", "meta": {"lastUpdated": "2026-02-01T00:00:00Z"}}'),
        ('Observation', '{"id": "obs-0001", "meta": {"lastUpdated": "2026-02-01T00:00:00Z"}, "status": "entered-in-error"}')
    """)
    project.run("build", "--selector", "medical_pipeline")
    found = sql(dsn, """
        select (select count(*) from mp_bronze.bronze_patient) || ' ' ||
          (select family_name from mp_silver.silver_patient where patient_id = 'pat-0001') || ' ' ||
          (select count(*) from mp_silver.silver_patient where patient_id = 'pat-7777') || ' ' ||
          (select count(*) from mp_silver.silver_condition where condition_id = 'cond-0301') || ' ' ||
          (select count(*) from mp_gold.fact_observation where observation_id in ('obs-0001', 'obs-0403'))
    """)
    # The observation of the late patient is there, the withdrawn one is gone.
    assert found == "208 Newer 1 1 1", found
    again = project.run("build", "--selector", "medical_pipeline")
    assert not re.search(r"MERGE [1-9]|incremental model mp_bronze\S+ .*INSERT 0 [1-9]", again), again


def healthfit_does_without_secondary_indexes(project, dsn: str) -> None:
    project.run("build", "--selector", "healthfit", "--vars", "{hf_indexes: false}")
    left = sql(dsn, "select count(*) from pg_index where not indisunique and indrelid in ('healthfit.medical_records'::regclass, "
                    "'healthfit.tracker_models'::regclass, 'healthfit.fitness_trackers'::regclass, "
                    "'healthfit.medical_record_and_trackers'::regclass)")
    assert left == "0", left


def the_bundled_warehouse_keeps_its_promises(project) -> None:
    take_the_bundled_project(project)
    assert "WARN=11 ERROR=0 SKIP=0" in project.run("build", timeout=600)
    assert " 0 red" in tool(project, "acceptance", "--weft", project.weft)
    socket = re.search(r"^\s*socket\s+(\S+)", project.run("db", "status"), re.MULTILINE)[1]
    dsn = f"host={socket} user=weft dbname=weft"
    first = tool(project, "digest", dsn)
    again = project.run("build", timeout=600)
    assert "WARN=11 ERROR=0 SKIP=0" in again
    assert tool(project, "digest", dsn) == first
    written = [line for line in again.splitlines() if re.search(r"OK created.* incremental model|Batch .* OK", line)
               and not re.search(r"MERGE 0 |INSERT 0 0 |SUCCESS ", line)]
    assert not written, written
    # Rebuilt parents keep the keys of their children.
    project.run("run", "--select", "tracker_models", "dim_patient")
    assert " 0 red" in tool(project, "acceptance", "--weft", project.weft)
    the_pipeline_takes_in_what_comes_late(project, dsn)
    healthfit_does_without_secondary_indexes(project, dsn)


CASES = [the_bundled_warehouse_keeps_its_promises]
