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


CASES = [the_bundled_warehouse_keeps_its_promises]
