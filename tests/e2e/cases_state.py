"""Cases of run.py: what comes from earlier runs, and packages of a hub."""
import base64
import io
import json
import re
import shutil
import tarfile
import threading
import zlib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def names(project, *words: str) -> list:
    return sorted(project.run("--quiet", "ls", "--output", "name", *words).split())


def retry_repeats_what_failed_and_what_was_behind_it(project) -> None:
    good = (project.root / "models/staging/stg_orders.sql").read_text()
    project.write("models/staging/stg_orders.sql", "select nothing_like_it from {{ ref('raw_orders') }}\n")
    project.run("build", code=1)
    output = project.run("retry", code=1)
    assert "\x1b" not in output, output
    assert "1 of 6" in output and "sql view model" in output and "seed file" not in output, output
    project.write("models/staging/stg_orders.sql", good)
    output = project.run("retry")
    assert "ERROR=0 SKIP=0" in output and "OK loaded seed" not in output, output
    assert "Nothing to do" in project.run("retry")
    shutil.rmtree(project.root / "target")
    assert "Could not find previous run" in project.run("retry", code=2)


def what_is_not_built_is_read_from_the_state(project) -> None:
    project.run("build")
    shutil.copytree(project.root / "target", project.root / "state")
    profile = (project.root / "profiles.yml").read_text()
    project.write("profiles.yml", profile.replace("schema: analytics", "schema: branch", 1))
    project.run("run", "--select", "customers", code=1)
    output = project.run("run", "--defer", code=2)
    assert "--state or --defer-state are required" in output, output
    project.run("run", "--select", "customers", "--defer", "--state", "state")
    compiled = (project.root / "target/run/shop/models/marts/customers.sql").read_text()
    assert '"branch"."customers' in compiled and '"analytics"."stg_orders"' in compiled, compiled
    project.run("build", "--select", "+stg_orders")
    project.run("compile", "--select", "customers", "--defer", "--state", "state")
    path = project.root / "target/compiled/shop/models/marts/customers.sql"
    assert '"branch"."stg_orders"' in path.read_text()
    project.run("compile", "--select", "customers", "--defer", "--state", "state", "--favor-state")
    assert '"analytics"."stg_orders"' in path.read_text()


def a_command_works_on_its_own_kinds_alone(project) -> None:
    project.run("build")
    assert "Nothing to do" in project.run("test", "--resource-type", "model")
    output = project.run("test", "--exclude-resource-types", "unit_test")
    assert "ERROR=0" in output and "sql view model" not in output, output
    shutil.copytree(project.root / "target", project.root / "state")
    output = project.run("clone", "--state", "state", "--resource-type", "test", "seed")
    assert "Completed successfully" in output and " of " not in output, output


def the_site_shows_the_last_run_and_not_what_compiled_since(project) -> None:
    project.run("build")
    for words in (("docs", "generate"), ("compile",), ("docs", "generate"), ("docs", "generate")):
        project.run(*words)
        kept = json.loads((project.root / "target/last_run_results.json").read_text())
        assert kept["args"]["which"] == "build", words
    (core,) = (project.root / "target/docs-assets").glob("core.*.js")
    packed = re.search(r'D\("core","([^"]+)"', core.read_text()).group(1)
    shown = json.loads(zlib.decompress(base64.b64decode(packed), -zlib.MAX_WBITS))["run"]
    assert shown["command"] == "build", shown
    project.run("run", "--select", "stg_orders")
    assert not (project.root / "target/last_run_results.json").exists()


def a_selection_limits_the_catalog(project) -> None:
    project.run("build")
    catalog = project.root / "target/catalog.json"
    for words, nodes in ((("--select", "stg_orders"), ["model.shop.stg_orders"]),
                         (("--select", "resource_type:seed", "--exclude", "raw_orders"), None), ((), None)):
        project.run("docs", "generate", *words)
        found = sorted(json.loads(catalog.read_text())["nodes"])
        assert nodes is None or found == nodes, found
        assert ("seed.shop.raw_orders" in found) == (words == ()), found


def templates_may_be_kept_from_the_database(project) -> None:
    project.write("models/marts/asks.sql", "{% if execute %}{% do run_query('select 1') %}{% endif %}select 1 as id\n")
    project.run("compile", "--no-introspect", "--select", "stg_orders")
    output = project.run("compile", "--no-introspect", code=2)
    assert "connection never acquired for thread" in output and "models/marts/asks.sql:1:" in output, output
    project.run("compile")


def values_of_variables_are_no_changes(project) -> None:
    project.write("models/marts/v.sql", "{{ config(materialized=var('kind', 'view')) }} select 1 as id\n")
    project.write("models/marts/w.sql", "select 1 as id\n")
    project.write("models/marts/w.yml", "models:\n  - name: w\n    config:\n"
                  "      materialized: \"{{ var('kind', 'view') }}\"\n")
    project.run("parse")
    shutil.copytree(project.root / "target", project.root / "state")
    changed = partial(names, project, "--select", "state:modified", "--state", "state")
    assert changed("--vars", "{kind: table}") == []
    project.write("models/marts/v.sql", "{{ config(materialized='table') }} select 1 as id\n")
    assert changed() == ["v"], changed()


def functions_and_their_overloads_are_built(project) -> None:
    project.write("functions/double.sql", "select value * 2\n")
    project.write("functions/double_text.sql", "select value || value || (select count(*) from {{ ref('raw_orders') }})\n")
    project.write("functions/double.yml", "functions:\n  - name: double\n    arguments: [{name: value, data_type: int}]\n"
                  "    returns: {data_type: int}\n    overloads:\n      - defined_in: double_text\n"
                  "        arguments: [{name: value, data_type: text}]\n        returns: {data_type: text}\n")
    project.write("models/marts/doubled.sql",
                  "select {{ function('double') }}(21) as n, {{ function('double') }}('x') as t\n")
    project.run("build")
    assert project.rows("select * from {{ ref('doubled') }}") == [{"n": 42, "t": "xx3"}]
    manifest = json.loads((project.root / "target/manifest.json").read_text())
    assert list(manifest["functions"]) == ["function.shop.double"]
    assert manifest["functions"]["function.shop.double"]["depends_on"]["nodes"] == ["seed.shop.raw_orders"]
    project.write("functions/double_text.sql", "select no_such_column\n")
    project.run("build", "--select", "double", code=1)
    result = json.loads((project.root / "target/run_results.json").read_text())["results"][0]
    assert result["status"] == "partial success", result
    assert result["overload_results"] == {"successful": [], "failed": ["double_text"]}, result


def run_makes_the_functions_that_are_missing(project) -> None:
    properties = "    arguments: [{name: value, data_type: int}]\n    returns: {data_type: int}\n"
    project.write("functions/once.sql", "select value + 1\n")
    project.write("functions/twice.sql", "select {{ function('once') }}({{ function('once') }}(value))\n")
    project.write("functions/unused.sql", "select value\n")
    project.write("functions/all.yml", "functions:\n" + "".join(
        f"  - name: {name}\n{properties}" for name in ("once", "twice", "unused")))
    project.write("models/between.sql", "{{ config(materialized='ephemeral') }} select {{ function('twice') }}(40) as n\n")
    project.write("models/answer.sql", "select n from {{ ref('between') }}\n")
    output = project.run("run", "--select", "answer")
    assert "2 functions, 1 view model" in output, output
    assert project.rows("select n from {{ ref('answer') }}") == [{"n": 42}]
    assert "2 functions" not in project.run("run", "--select", "answer")


def the_latest_version_has_a_pointer(project) -> None:
    project.write("models/marts/big_v1.sql", "select 1 as id\n")
    project.write("models/marts/big_v2.sql", "{{ config(materialized='table', post_hook='select 1') }} select 2 as id\n")
    project.write("models/marts/big.yml", "models:\n  - name: big\n    config: {latest_version_pointer: {enabled: true}}\n"
                  "    versions: [{v: 1}, {v: 2}, {v: 3}]\n    latest_version: 2\n")
    output = project.run("run", "--select", "big")
    assert "Did not find matching node for patch with name 'big_v3'" in output, output
    assert project.rows("select * from analytics.big") == [{"id": 2}]
    project.run("run", "--select", "big")
    project.write("models/marts/big.yml", "models:\n  - name: big\n    latest_version: 2\n    versions:\n"
                  "      - v: 2\n        config: {alias: big, latest_version_pointer: {enabled: true}}\n")
    assert "Cannot create latest version pointer" in project.run("run", "--select", "big", code=1)


class Hub:
    """A package hub in a folder: `files` by path, archives from their content."""

    def __init__(self, folder: Path):
        self.folder = folder
        class Quiet(SimpleHTTPRequestHandler):
            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, package: str, versions: dict) -> None:
        """`versions`: number -> what the version needs as {package: range}."""
        name = package.split("/")[1]
        entries = {}
        for number, needs in versions.items():
            archive = f"{name}-{number}.tar.gz"
            with tarfile.open(self.folder / archive, "w:gz") as tar:
                for path, text in {"dbt_project.yml": f"name: {name}\nversion: '{number}'\n",
                                   "macros/v.sql": "{% macro version_of_" + name + "() %}" + number + "{% endmacro %}"}.items():
                    info = tarfile.TarInfo(f"{name}-{number}/{path}")
                    info.size = len(text)
                    tar.addfile(info, io.BytesIO(text.encode()))
            entries[number] = {"name": name, "downloads": {"tarball": self.url + archive},
                               "packages": [{"package": one, "version": [bound]} for one, bound in needs.items()],
                               "require_dbt_version": [">=9.0.0"] if number == "9.9.9" else [">=1.3.0", "<2.0.0"]}
        path = self.folder / f"api/v1/{package}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"name": name, "namespace": package.split("/")[0], "versions": entries}))


def packages_come_from_the_hub(project) -> None:
    folder = project.root.parent / "hub"
    folder.mkdir()
    hub = Hub(folder)
    hub.add("org/base", {"1.0.0": {}, "1.2.0": {}, "1.10.0": {}, "2.0.0-rc1": {}, "9.9.9": {}})
    hub.add("org/tools", {"0.1.0": {}, "0.2.0": {"org/base": "<1.5.0"}})
    project.environment["DBT_PACKAGE_HUB_URL"] = hub.url
    project.write("packages.yml", "packages:\n  - package: org/base\n    version: '>=1.0.0'\n"
                  "  - package: org/tools\n    version: ['>=0.1.0', '<1.0.0']\n")
    output = project.run("deps")
    assert "Installed from version 1.2.0" in output and "Installed from version 0.2.0" in output, output
    lock = (project.root / "package-lock.yml").read_text()
    assert "version: 1.2.0" in lock and "package: org/tools" in lock, lock
    project.write("models/marts/v.sql", "select '{{ base.version_of_base() }}' as v\n")
    project.run("parse")
    # The lock file holds until it is told otherwise.
    hub.add("org/base", {"1.0.0": {}, "1.2.0": {}, "1.4.0": {}})
    assert "version 1.2.0" in project.run("deps")
    assert "version 1.4.0" in project.run("deps", "--upgrade")
    project.run("deps", "--add-package", "org/base@1.0.0")
    assert "version: 1.0.0" in (project.root / "package-lock.yml").read_text()
    assert (project.root / "packages.yml").read_text().count("org/base") == 1
    output = project.run("deps", "--add-package", "org/tools@>=3.0.0", code=2)
    assert "Could not find a matching compatible version for package org/tools" in output, output
    output = project.run("deps", "--add-package", "org/absent@1.0.0", code=2)
    assert "not found in the package index" in output or "matching compatible" in output, output
    hub.server.shutdown()


CASES = [retry_repeats_what_failed_and_what_was_behind_it, what_is_not_built_is_read_from_the_state,
         a_command_works_on_its_own_kinds_alone,
         the_site_shows_the_last_run_and_not_what_compiled_since,
         a_selection_limits_the_catalog, templates_may_be_kept_from_the_database,
         values_of_variables_are_no_changes, functions_and_their_overloads_are_built,
         run_makes_the_functions_that_are_missing,
         the_latest_version_has_a_pointer, packages_come_from_the_hub]
