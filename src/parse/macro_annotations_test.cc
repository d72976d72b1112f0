// Macros as projects write them: text around them, what properties say of them, what they call.
#include <catch2/catch.hpp>

#include "parse/test_project.h"

namespace weft::parse {
namespace {

using diag::Code;

/// A project with these further files.
struct Project {
  base::MemoryFiles all;

  explicit Project(std::initializer_list<std::pair<const std::string, std::string>> more)
      : all{{"/q/dbt_project.yml", "name: q\nversion: '1.0'\nprofile: test\n"},
            {"/q/models/m.sql", "select 1 as id"}} {
    for (const auto& [path, text] : more)
      (void)all.write(path, text);
  }
};

/// dbt's texts of all messages with the code.
std::vector<std::string> texts(const TestProject& project, Code code) {
  std::vector<std::string> made;
  for (const diag::Diagnostic& one : project.diagnostics()) {
    if (one.code == code)
      made.push_back(one.legacy_text);
  }
  return made;
}

std::string member(TestProject& project, std::string_view id, std::string_view key) {
  base::Data manifest = project.manifest();
  const base::Data* row = manifest.is_map() ? manifest.get("macros")->get(id) : nullptr;
  return row == nullptr ? "no such macro\n" + project.errors() : base::to_json(*row->get(key));
}

TEST_CASE("text outside of macros need not be Jinja", "[macros]") {
  Project files(
      {{"/q/macros/a.sql",
        "{% https://somewhere.example/issues/1 %}\n{% macro a() %}{{ b() }}{% endmacro %}\n"
        "{% endfor %}\n{% macro b() %}2{% endmacro %}\n"}});
  TestProject project(files.all, "/q");
  INFO(project.errors());
  CHECK(member(project, "macro.q.a", "depends_on") == R"({"macros": ["macro.q.b"]})");
  CHECK(member(project, "macro.q.b", "macro_sql") == R"("{% macro b() %}2{% endmacro %}")");
}

TEST_CASE("errors within macros count, whatever stands around them", "[macros]") {
  Project files({{"/q/macros/a.sql", "{% nonsense %}\n{% macro a() %}{{ 1 + }}{% endmacro %}\n"}});
  TestProject project(files.all, "/q");
  CHECK(project.parsed() == nullptr);
  CHECK(project.errors().find("nonsense") == std::string::npos);
}

TEST_CASE("a dispatch that nothing implements is an error before it runs", "[macros]") {
  Project files(
      {{"/q/macros/a.sql", "{% macro a() %}{{ adapter.dispatch('lost', 'q')() }}{% endmacro %}"},
       {"/q/macros/b.sql", "{% macro b() %}{{ adapter.dispatch('found')() }}{% endmacro %}"},
       {"/q/macros/c.sql", "{% macro default__found() %}{% endmacro %}"}});
  TestProject project(files.all, "/q");
  CHECK(texts(project, Code::DispatchMissing) ==
        std::vector<std::string>{
            "Compilation Error\n  In dispatch: No macro named 'lost' found within namespace: 'q'\n "
            "     Searched for: 'q.postgres__lost', 'q.default__lost', 'q.postgres__lost', "
            "'q.default__lost'"});
}

TEST_CASE("calls are recorded by name, as methods too but for the adapter's", "[macros]") {
  Project files({{"/q/macros/a.sql",
                  "{% macro a(n) %}{{ q.a(n - 1) }}{{ a(0) }}"
                  "{{ n.replace('x', 'y') }}{{ n.strange() }}"
                  "{% do adapter.create_schema(n) %}{% endmacro %}"}});
  TestProject project(files.all, "/q");
  CHECK(member(project, "macro.q.a", "depends_on") ==
        R"({"macros": ["macro.q.a", "macro.dbt.replace"]})");
}

TEST_CASE("descriptions of macros and arguments may hold Jinja", "[macros]") {
  Project files(
      {{"/q/macros/a.sql", "{% macro a(x) %}{% endmacro %}"},
       {"/q/models/d.md", "{% docs words %}of a block{% enddocs %}"},
       {"/q/macros/s.yml",
        "macros:\n  - name: a\n    description: \"{{ doc('words') }} and {{ nothing }}.\"\n"
        "    arguments:\n      - {name: x, description: \"{% raw %}{{ x }}{% endraw %}\"}\n"}});
  TestProject project(files.all, "/q");
  INFO(project.errors());
  CHECK(member(project, "macro.q.a", "description") == R"("of a block and .")");
  CHECK(member(project, "macro.q.a", "arguments") ==
        R"([{"name": "x", "type": null, "description": "{{ x }}"}])");
}

TEST_CASE("materializations have the parameter that dbt gives them", "[macros]") {
  Project files({{"/q/macros/a.sql",
                  "{% materialization a, default %}{% endmaterialization %}"
                  "{% materialization b, default, supported_languages=['python'] %}"
                  "{% endmaterialization %}"}});
  TestProject project(files.all, "/q");
  for (const char* id : {"macro.q.materialization_a_default", "macro.q.materialization_b_default"}) {
    CHECK(member(project, id, "arguments") ==
          R"([{"name": "supported_languages", "type": null, "description": ""}])");
  }
}

TEST_CASE("arguments that are not those of the macro are told", "[macros]") {
  Project files(
      {{"/q/macros/a.sql",
        "{% macro a(x, y) %}{% endmacro %}{% macro b(x, y) %}{% endmacro %}"
        "{% macro c(x) %}{% endmacro %}"},
       {"/q/macros/s.yml",
        "macros:\n"
        "  - name: a\n    arguments: [{name: x, type: array}, {name: z}, {name: y}]\n"
        "  - name: b\n    arguments:\n      - {name: x, type: 'dict[str, list[optional[int]]]'}\n"
        "      - {name: y, type: ' '}\n"
        "  - name: c\n    arguments: []\n"}});
  TestProject project(files.all, "/q");
  INFO(project.errors());
  CHECK(texts(project, Code::MacroAnnotation) ==
        std::vector<std::string>{
            "The number of arguments in the yaml for macro a does not match the jinja definition.",
            "Argument x in the yaml for macro a has an invalid type.",
            "Argument z in yaml for macro a does not match the jinja definition."});
  CHECK(member(project, "macro.q.c", "arguments") ==
        R"([{"name": "x", "type": null, "description": ""}])");
}

TEST_CASE("deeply nested types end", "[macros]") {
  std::string type;
  for (int i = 0; i < 100000; ++i)
    type += "list[";
  Project files({{"/q/macros/a.sql", "{% macro a(x) %}{% endmacro %}"},
                 {"/q/macros/s.yml",
                  "macros:\n  - name: a\n    arguments: [{name: x, type: '" + type + "'}]\n"}});
  TestProject project(files.all, "/q");
  CHECK(texts(project, Code::MacroAnnotation).size() == 1);
}

}  // namespace
}  // namespace weft::parse
