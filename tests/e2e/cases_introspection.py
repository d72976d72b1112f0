"""Cases of run.py about what macros of packages ask of the project, of results and of values."""
import json

PROBE = """{% macro probe() %}
  {% set config = builtins.ref.config %}
  {% set table = run_query("select 1 as i, 1.50 as d, 'x' as t, true as b, timestamp '2024-01-02 03:04:05' as at, "
                           "null::int as n") %}
  {% set values = [] %}
  {% for column in table.columns %}
    {% do values.append(column.data_type.jsonify(table.rows[0][column.name])) %}
  {% endfor %}
  {% do context.update({'kept': 'for later'}) %}
  {% set include = this_relation().include %}
  {% do print(tojson({
    'project': config.project_name, 'version': config.version, 'paths': config.model_paths,
    'packages': config.dependencies.keys() | list, 'own_version': config.dependencies['shop'].version,
    'vars': config.vars.to_dict(), 'cli_vars': config.cli_vars, 'macro': config.args.macro,
    'unknown': config.nothing is defined, 'type': config.credentials.type,
    'values': values, 'kept': read_kept(), 'got': context.get('kept'),
    'defined': [api.Column.translate_type is defined, api.Relation.create is defined, table.print_table is defined,
                table.rows[0].values is defined, var.has_var is defined, api.Column.nothing is defined],
    'bound': include(database=false) | string, 'called': api.Column.translate_type('string')})) %}
{% endmacro %}

{% macro read_kept() %}{{ return(kept) }}{% endmacro %}
{% macro this_relation() %}
  {{ return(api.Relation.create(database='d', schema='s', identifier='i')) }}
{% endmacro %}
"""

AT_END = """{% macro at_end(results) %}
  {% if execute %}{% for result in results if result.node.name == 'customers' %}
    {% set step = result.timing | selectattr('name', 'eq', 'execute') | first %}
    {% do print(tojson({
      'config': [result.node.config.materialized, result.node.config.unheard_of is none,
                 result.node.config.get('unheard_of', 'none there'), 'materialized' in (result.node.config | list)],
      'is_mapping': result.node is mapping, 'name': result.node.to_dict().name,
      'same_year': step.started_at.year == modules.datetime.datetime.utcnow().year,
      'text': step.to_dict().started_at is string, 'result': result.to_dict().status | string})) %}
  {% endfor %}{% endif %}
{% endmacro %}
"""


def printed(output: str) -> dict:
    return json.loads(next(line for line in output.splitlines() if line.startswith("{")))


def macros_read_the_projects_configuration(project) -> None:
    project.write("macros/probe.sql", PROBE)
    project.write("dbt_project.yml", project.read("dbt_project.yml") + "\nvars:\n  a: 1\n")
    seen = printed(project.run("--quiet", "run-operation", "probe", "--vars", "{b: 2}"))
    assert seen["project"] == "shop" and seen["own_version"] == seen["version"], seen
    assert seen["packages"] == ["shop"] and seen["paths"] == ["models"], seen
    assert seen["vars"] == {"a": 1} and seen["cli_vars"] == {"b": 2} and seen["macro"] == "probe", seen
    assert seen["type"] == "postgres" and not seen["unknown"], seen
    assert seen["values"] == [1, 1.5, "x", True, "2024-01-02T03:04:05", None], seen
    assert seen["kept"] == seen["got"] == "for later", seen
    assert seen["defined"] == [True] * 5 + [False], seen
    assert seen["bound"] == '"s"."i"' and seen["called"] == "TEXT", seen


def results_are_objects_in_the_last_hook(project) -> None:
    project.write("macros/at_end.sql", AT_END)
    project.write("dbt_project.yml", project.read("dbt_project.yml") + '\non-run-end: "{{ at_end(results) }}"\n')
    project.run("seed")
    seen = printed(project.run("--quiet", "run"))
    assert seen["config"] == ["table", True, "none there", True], seen
    assert not seen["is_mapping"] and seen["name"] == "customers", seen
    assert seen["same_year"] and seen["text"] and seen["result"] == "success", seen


def results_hold_all_that_the_server_says(project) -> None:
    project.write("models/broken.sql", "select 1 as id,\n  nam from (select 1 as name) x\n")
    project.run("run", "--select", "broken", code=1)
    [result] = json.loads(project.read("target/run_results.json"))["results"]
    lines = result["message"].splitlines()
    assert lines[0] == "Database Error in model broken (models/broken.sql)", lines
    assert lines[1] == '  column "nam" does not exist', lines
    assert lines[2].startswith("  LINE ") and lines[2].endswith(":   nam from (select 1 as name) x"), lines
    assert lines[3].strip() == "^" and lines[3].index("^") == lines[2].index("nam"), lines
    assert lines[-1] == "  compiled code at target/run/shop/models/broken.sql", lines


def a_compile_that_fails_leaves_the_last_results(project) -> None:
    project.run("seed")
    before = project.read("target/run_results.json")
    project.write("models/broken.sql", "{{ exceptions.raise_compiler_error('no') if execute }}")
    project.run("compile", code=2)
    project.run("docs", "generate", code=2)
    assert project.read("target/run_results.json") == before


def each_snapshot_has_a_file_below_its_own(project) -> None:
    project.write("snapshots/people.sql", "{% snapshot people %}{{ config(unique_key='id', strategy='check', "
                  "check_cols='all', schema='kept') }}select 1 as id{% endsnapshot %}")
    project.run("snapshot")
    for kind in ("compiled", "run"):
        assert (project.root / f"target/{kind}/shop/snapshots/people.sql/people.sql").is_file(), kind


CASES = [macros_read_the_projects_configuration, results_are_objects_in_the_last_hook,
         results_hold_all_that_the_server_says, a_compile_that_fails_leaves_the_last_results,
         each_snapshot_has_a_file_below_its_own]
