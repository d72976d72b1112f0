// What the manifest records of a project for comparison with other runs and tools.
#include <catch2/catch.hpp>

#include "parse/contract.h"
#include "parse/test_project.h"

namespace weft::parse {
namespace {

base::MemoryFiles project_files() {
  return base::MemoryFiles{
      {"/q/dbt_project.yml",
       "name: q\nversion: '1.0'\nprofile: test\nvars: {ident: of_root}\n"
       "models:\n  +schema: \"{{ target.name }}\"\n  q:\n    +tags: [top]\n"},
      {"/q/macros/m.sql",
       "\n{%- macro first(x, y=1) -%}\n{{ dbt.hash('x') }}\n{%- endmacro -%}\n\n"
       "{%- macro second() -%}{{ adapter.dispatch('first', 'q')() }}{%- endmacro %}\n\n"
       "{%- test zero(model, column_name) -%}\n{{ config(fail_calc='sum(n)') }} select 1 as n "
       "from {{ model }}\n{%- endtest -%}\n"},
      {"/q/macros/d.sql", "{% macro default__first() %}1{% endmacro %}"},
      {"/q/tests/generic/g.sql", "{% test plain(model) %}select 1 where false{% endtest %}"},
      {"/q/models/simple.sql", "{{ config(materialized='table', tags='t') }} select 1 as id"},
      {"/q/models/logic.sql",
       "{{ config(enabled=var('on', True), post_hook='select 1') }}"
       "{% set x = second() %}select {{ first(second()) }} as id"},
      {"/q/models/s.yml",
       "sources:\n  - name: raw\n    schema: \"{{ target.schema }}_raw\"\n"
       "    tables: [{name: t, identifier: \"{{ var('ident') }}\"}]\n"
       "models:\n  - name: simple\n    columns:\n      - name: id\n        data_tests:\n"
       "          - zero: {config: {severity: \"{{ 'warn' }}\"}}\n"
       "  - name: gone\n    data_tests:\n      - plain\n"
       "groups:\n  - name: g\n    owner: {name: us}\n"}};
}

std::string member(const base::Data& manifest, std::string_view section, std::string_view id,
                   std::string_view key) {
  const base::Data* row = manifest.get(section)->get(id);
  return row == nullptr ? "no such row" : base::to_json(*row->get(key));
}

/// The first row whose id begins so.
const base::Data& row_like(const base::Data& manifest, std::string_view begin) {
  for (const auto& [id, row] : manifest.get("nodes")->as_map()) {
    if (base::starts_with(id, begin))
      return row;
  }
  static const base::Data kNone;
  return kNone;
}

}  // namespace

TEST_CASE("a macro's text has the white space that its tags take", "[recorded]") {
  base::MemoryFiles files = project_files();
  TestProject project(files, "/q");
  base::Data manifest = project.manifest();
  INFO(project.errors());
  REQUIRE(manifest.is_map());
  CHECK(member(manifest, "macros", "macro.q.first", "macro_sql") ==
        R"("{%- macro first(x, y=1) -%}\n{{ dbt.hash('x') }}\n{%- endmacro -%}\n\n")");
  CHECK(member(manifest, "macros", "macro.q.second", "macro_sql") ==
        R"("{%- macro second() -%}{{ adapter.dispatch('first', 'q')() }}{%- endmacro %}")");
  CHECK(base::starts_with(member(manifest, "macros", "macro.q.test_zero", "macro_sql"),
                          R"("\n\n{%- test zero)"));
  CHECK(manifest.get("macros")->get("macro.q.test_zero")->get("arguments")->as_list().size() == 2);
  CHECK(member(manifest, "macros", "macro.q.test_plain", "arguments") == "[]");
  // A dispatched name counts as what it finds and as itself.
  CHECK(member(manifest, "macros", "macro.q.second", "depends_on") ==
        R"({"macros": ["macro.q.first", "macro.q.default__first"]})");
}

TEST_CASE("macros are recorded in the order of their calls", "[recorded]") {
  base::MemoryFiles files = project_files();
  TestProject project(files, "/q");
  base::Data manifest = project.manifest();
  INFO(project.errors());
  REQUIRE(manifest.is_map());
  CHECK(member(manifest, "nodes", "model.q.logic", "depends_on") ==
        R"({"macros": ["macro.q.second", "macro.q.first"], "nodes": []})");
}

TEST_CASE("configuration is recorded before it is rendered", "[recorded]") {
  base::MemoryFiles files = project_files();
  TestProject project(files, "/q");
  base::Data manifest = project.manifest();
  INFO(project.errors());
  REQUIRE(manifest.is_map());
  CHECK(member(manifest, "nodes", "model.q.simple", "unrendered_config") ==
        R"({"schema": "{{ target.name }}", "tags": "t", "materialized": "table"})");
  CHECK(member(manifest, "nodes", "model.q.logic", "unrendered_config") ==
        R"--({"schema": "{{ target.name }}", "tags": ["top"], "enabled": "var('on', True)", )--"
        R"--("post_hook": "select 1"})--");
  CHECK(member(manifest, "sources", "source.q.raw.t", "unrendered_config") ==
        R"({"tags": [], "meta": {}, "loaded_at_field": null, "loaded_at_query": null})");
  CHECK(member(manifest, "sources", "source.q.raw.t", "unrendered_schema") ==
        R"("{{ target.schema }}_raw")");
  CHECK(member(manifest, "sources", "source.q.raw.t", "identifier") == R"("of_root")");
}

TEST_CASE("a test takes its macro's configuration and its properties", "[recorded]") {
  base::MemoryFiles files = project_files();
  TestProject project(files, "/q");
  base::Data manifest = project.manifest();
  INFO(project.errors());
  REQUIRE(manifest.is_map());
  const base::Data& zero = row_like(manifest, "test.q.zero_simple_id");
  REQUIRE(zero.is_map());
  CHECK(zero.get("config")->get("fail_calc")->as_string() == "sum(n)");
  CHECK(zero.get("config")->get("severity")->as_string() == "warn");
  CHECK(zero.get("raw_code")->as_string() ==
        "{{ test_zero(**_dbt_generic_test_kwargs) }}{{ config(severity=\"warn\") }}");
  CHECK(base::to_json(*zero.get("unrendered_config")) == R"({"severity": "warn"})");
  const base::Data& of_nothing = row_like(manifest, "test.q.plain_gone");
  REQUIRE(of_nothing.is_map());
  CHECK_FALSE(of_nothing.get("config")->get("enabled")->as_bool());
}

TEST_CASE("a group has the owner's two keys and the models' tree", "[recorded]") {
  base::MemoryFiles files = project_files();
  TestProject project(files, "/q");
  base::Data manifest = project.manifest();
  CHECK(member(manifest, "groups", "group.q.g", "owner") == R"({"name": "us", "email": null})");
  CHECK(manifest.get("groups")->get("group.q.g")->get("config")->get("schema") != nullptr);
}

TEST_CASE("a date alone gets a time and an offset", "[recorded]") {
  CHECK(deprecation_date("2024-01-31 10:00:00+02:00") == "2024-01-31T10:00:00+02:00");
  CHECK(base::starts_with(deprecation_date("2024-01-31"), "2024-01-31T00:00:00"));
  CHECK(deprecation_date("soon") == "soon");
}

TEST_CASE("a project that replaces a package's model keeps its properties", "[recorded]") {
  base::MemoryFiles files{
      {"/q/dbt_project.yml",
       "name: q\nversion: '1.0'\nprofile: test\nmodels:\n  p:\n    m: {+enabled: false}\n"},
      {"/q/packages.yml", "packages: [{local: ../p}]\n"},
      {"/q/dbt_packages/p/dbt_project.yml", "name: p\nversion: '1.0'\n"},
      {"/q/dbt_packages/p/models/m.sql", "select 1 as id"},
      {"/q/dbt_packages/p/models/n.sql", "select 1 as id"},
      {"/q/dbt_packages/p/models/s.yml",
       "models: [{name: m, description: theirs}, {name: n, description: theirs}]\n"},
      {"/q/models/m.sql", "select 2 as id"}};
  TestProject project(files, "/q");
  base::Data manifest = project.manifest();
  INFO(project.errors());
  REQUIRE(manifest.is_map());
  CHECK(member(manifest, "nodes", "model.q.m", "description") == R"("theirs")");
  CHECK(member(manifest, "nodes", "model.q.m", "patch_path") == R"("p://models/s.yml")");
}

}  // namespace weft::parse
