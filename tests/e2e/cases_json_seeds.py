"""Seeds from JSON files."""


def json_files_become_tables(project) -> None:
    project.write("dbt_project.yml", project.read("dbt_project.yml") +
                  "\nseeds:\n  shop:\n    events:\n      +meta: {weft_json: {mode: document, on_error: keep}}\n"
                  "    people:\n      +meta: {weft_json: {mode: columns}}\n")
    project.write("seeds/events/clicks.jsonl", '{"id": 1, "at": "a\\tb"}\n\n{"id": 2\nnot JSON \\N\n')
    project.write("seeds/people/people.json",
                  '[{"id": 1, "name": "Ann", "tags": ["x", {"y": null}]},\n {"id": 2, "active": true}]')
    project.write("seeds/notes.json", '{"this": "is no seed"}')
    project.run("seed")
    clicks = project.rows("select line, payload_text from analytics.clicks order by line")
    assert clicks == [{"line": 1, "payload_text": '{"id": 1, "at": "a\\tb"}'},
                      {"line": 3, "payload_text": '{"id": 2'},
                      {"line": 4, "payload_text": "not JSON \\N"}], clicks
    people = project.rows("select id, name, tags ->> 0 as tag, active, pg_typeof(tags)::text as kind "
                          "from analytics.people order by id")
    assert people == [{"id": 1, "name": "Ann", "tag": "x", "active": None, "kind": "jsonb"},
                      {"id": 2, "name": None, "tag": None, "active": True, "kind": "jsonb"}], people
    # A reload keeps the table's types, and a key that came later asks for a full refresh.
    project.write("seeds/people/people.json", '[{"id": 3, "name": 7}]')
    project.run("seed", "--select", "people")
    assert project.rows("select name from analytics.people") == [{"name": "7"}]
    project.write("seeds/people/people.json", '[{"id": 3, "city": "Oslo"}]')
    assert "--full-refresh" in project.run("seed", "--select", "people", code=1)
    project.run("seed", "--select", "people", "--full-refresh")


def a_malformed_json_line_is_named(project) -> None:
    project.write("dbt_project.yml", project.read("dbt_project.yml") +
                  "\nseeds:\n  +meta: {weft_json: {mode: document}}\n")
    project.write("seeds/clicks.jsonl", '{"id": 1}\n{"id": \n')
    output = project.run("seed", "--select", "clicks", code=1)
    assert "line 2 of seed `seeds/clicks.jsonl` is not JSON" in output, output
    assert "seeds/clicks.jsonl:2:1" in output, output
    assert "on_error: keep" in output, output
    # Valid JSON that jsonb cannot hold: the server's error stands at the line too.
    project.write("seeds/clicks.jsonl", '{"id": 1}\n\n{"id": "\\u0000"}\n')
    output = project.run("seed", "--select", "clicks", code=1)
    assert "seeds/clicks.jsonl:3:1" in output, output


CASES = [json_files_become_tables, a_malformed_json_line_is_named]
