// What properties files put on resources: names from Jinja, tags, tests of what is disabled, and
// two entries for one resource.
#include <catch2/catch.hpp>

#include "base/hash.h"
#include "parse/test_project.h"

namespace weft::parse {
namespace {

using Files = std::initializer_list<std::pair<const std::string, std::string>>;

/// A project with these further files.
struct Project {
  base::MemoryFiles all;

  explicit Project(Files more)
      : all{{"/q/dbt_project.yml",
             "name: q\nversion: '1.0'\nprofile: test\nvars: {raw: lake}\n"
             "models:\n  q:\n    +tags: [top, both]\n  p:\n    +of_root: 1\n"},
            {"/q/models/m.sql", "{{ config(tags=['own', 'both']) }}select 1 as id"}} {
    for (const auto& [path, text] : more)
      (void)all.write(path, text);
  }
};

/// The same with a package of one model.
struct ProjectWithPackage : Project {
  explicit ProjectWithPackage(Files more) : Project(more) {
    (void)all.write("/q/packages.yml", "packages:\n  - local: ../p\n");
    (void)all.write("/q/dbt_packages/p/dbt_project.yml",
                    "name: p\nversion: '1.0'\nprofile: test\nmodels:\n  p:\n    +first: 1\n");
    (void)all.write("/q/dbt_packages/p/models/spine.sql", "{{ config(last=1) }}select 1 as id");
    (void)all.write("/q/dbt_packages/p/models/s.yml", "models:\n  - name: spine\n");
  }
};

std::string field(TestProject& project, std::string_view section, std::string_view id,
                  std::string_view key) {
  base::Data manifest = project.manifest();
  const base::Data* row = manifest.is_map() ? manifest.get(section)->get(id) : nullptr;
  return row == nullptr ? "no such row\n" + project.errors() : base::to_json(*row->get(key));
}

/// The first row of `nodes` whose id begins so.
base::Data row_like(TestProject& project, std::string_view begin) {
  base::Data manifest = project.manifest();
  for (const auto& [id, row] : manifest.get("nodes")->as_map()) {
    if (base::starts_with(id, begin))
      return row;
  }
  return {};
}

TEST_CASE("a test has the group of what it tests, and its tags around those of its macro",
          "[described]") {
  Project files(
      {{"/q/tests/generic/g.sql",
        "{% test g(model, column_name) %}{{ config(tags=['of_macro']) }}select 1{% endtest %}"},
       {"/q/models/s.yml",
        "groups: [{name: finance, owner: {name: x}}, {name: other, owner: {name: y}}]\n"
        "models:\n  - name: m\n    config: {group: finance}\n    columns:\n"
        "      - name: id\n        tags: [a_column]\n        data_tests:\n"
        "          - g: {config: {tags: [the_test], group: other}}\n"
        "          - unique: {config: {tags: [the_test]}}\n"}});
  TestProject project(files.all, "/q");
  INFO(project.errors());
  base::Data own = row_like(project, "test.q.g_m_id");
  REQUIRE(own.is_map());
  CHECK(base::to_json(*own.get("tags")) == R"(["a_column", "the_test", "of_macro"])");
  CHECK(base::to_json(*own.get("config")->get("tags")) ==
        R"(["the_test", "of_macro", "the_test"])");
  CHECK(base::to_json(*own.get("group")) == R"("finance")");
  base::Data simple = row_like(project, "test.q.unique_m_id");
  CHECK(base::to_json(*simple.get("config")->get("tags")) == R"(["the_test"])");
}

TEST_CASE("the docs blocks of a row are those that its description shows whole", "[described]") {
  Project files({{"/q/models/d.md", "{% docs a %}text{% enddocs %}"},
                 {"/q/models/s.yml",
                  "models:\n  - name: m\n    description: \"{{ doc('a').upper() }}\"\n"
                  "    columns:\n      - {name: id, description: \"{{ doc('a') }}, {{- doc('q', "
                  "'a') -}}\"}\n"}});
  TestProject project(files.all, "/q");
  INFO(project.errors());
  base::Data row = row_like(project, "model.q.m");
  REQUIRE(row.is_map());
  CHECK(base::to_json(*row.get("description")) == R"("TEXT")");
  CHECK(base::to_json(*row.get("doc_blocks")) == "[]");
  CHECK(base::to_json(*row.get("columns")->get("id")->get("doc_blocks")) ==
        R"(["doc.q.a", "doc.q.a"])");
}

TEST_CASE("contract and docs have no other keys than dbt's", "[described]") {
  Project files({{"/q/models/s.yml",
                  "models:\n  - name: m\n    config:\n      contract: {enforce: true}\n"
                  "      docs: {sfhow: true, node_color: purple}\n"}});
  TestProject project(files.all, "/q");
  base::Data row = row_like(project, "model.q.m");
  REQUIRE(row.is_map());
  CHECK(base::to_json(*row.get("config")->get("contract")) ==
        R"({"enforced": false, "alias_types": true})");
  CHECK(base::to_json(*row.get("config")->get("docs")) ==
        R"({"show": true, "node_color": "purple"})");
}

TEST_CASE("a text of a properties file loses its last line end, as every template does",
          "[described]") {
  Project files({{"/q/models/s.yml",
                  "models:\n  - name: m\n    config:\n      meta:\n        long: |\n"
                  "          two\n          lines\n"}});
  TestProject project(files.all, "/q");
  base::Data row = row_like(project, "model.q.m");
  REQUIRE(row.is_map());
  CHECK(base::to_json(*row.get("config")->get("meta")) == R"({"long": "two\nlines"})");
}

TEST_CASE("snapshots of one properties file have its text's checksum", "[described]") {
  Project files({{"/q/snapshots/s.yml",
                  "snapshots:\n  - &one {name: s1, relation: ref('m'), config: {strategy: check, "
                  "check_cols: all, unique_key: id}}\n  - {<<: *one, name: s2}\n"}});
  TestProject project(files.all, "/q");
  INFO(project.errors());
  base::Data first = row_like(project, "snapshot.q.s1"),
             second = row_like(project, "snapshot.q.s2");
  REQUIRE(first.is_map());
  REQUIRE(second.is_map());
  CHECK(*first.get("checksum") == *second.get("checksum"));
  std::string text = *files.all.read("/q/snapshots/s.yml").value;
  CHECK(first.get("checksum")->get("checksum")->as_string() ==
        base::sha256_hex(base::collapse_whitespace(text)));
}

TEST_CASE("a source may take its name from a variable", "[described]") {
  Project files({{"/q/models/s.yml",
                  "sources:\n  - name: \"{{ var('raw') }}\"\n    tables:\n      - name: t\n"
                  "        columns:\n          - name: id\n            data_tests: [unique]\n"},
                 {"/q/models/r.sql", "select * from {{ source('lake', 't') }}"}});
  TestProject project(files.all, "/q");
  INFO(project.errors());
  CHECK(field(project, "sources", "source.q.lake.t", "schema") == R"("lake")");
  base::Data test = row_like(project, "test.q.source_unique_lake_t_id");
  REQUIRE(test.is_map());
  CHECK(base::to_json(*test.get("sources")) == R"([["lake", "t"]])");
}

TEST_CASE("tags are kept as often as they are given, and listed once", "[described]") {
  Project files({{"/q/models/s.yml", "models:\n  - name: m\n    config: {tags: [both, file]}\n"}});
  TestProject project(files.all, "/q");
  INFO(project.errors());
  CHECK(field(project, "nodes", "model.q.m", "tags") == R"(["top", "both", "own", "file"])");
  base::Data model = row_like(project, "model.q.m");
  CHECK(base::to_json(*model.get("config")->get("tags")) ==
        R"(["top", "both", "both", "file", "own", "both"])");
}

TEST_CASE("a package's model that it describes itself is described once", "[described]") {
  ProjectWithPackage files({{"/q/models/root.yml", "models:\n  - name: spine\n"}});
  TestProject project(files.all, "/q");
  CHECK(project.parsed() == nullptr);
  REQUIRE(project.diagnostics().size() == 1);
  CHECK(project.diagnostics().front().legacy_text ==
        "Compilation Error\n  dbt found two schema.yml entries for the same resource named spine. "
        "Resources and their associated columns may only be described a single time. To fix this, "
        "remove the resource entry for spine in one of these files:\n   - models/s.yml\n  "
        "models/root.yml");
}

TEST_CASE("settings of projects stand before those of files", "[described]") {
  ProjectWithPackage files({});
  TestProject project(files.all, "/q");
  INFO(project.errors());
  base::Data model = row_like(project, "model.p.spine");
  REQUIRE(model.is_map());
  std::vector<std::string> keys;
  for (const auto& [key, value] : model.get("config")->as_map()) {
    if (key == "first" || key == "of_root" || key == "last")
      keys.emplace_back(key);
  }
  CHECK(keys == std::vector<std::string>{"first", "of_root", "last"});
}

TEST_CASE("sources come before models in depends_on", "[described]") {
  Project files({{"/q/models/s.yml", "sources: [{name: a, tables: [{name: t}]}]\n"},
                 {"/q/models/r.sql", "select 1 from {{ ref('m') }}, {{ source('a', 't') }}"}});
  TestProject project(files.all, "/q");
  CHECK(field(project, "nodes", "model.q.r", "depends_on") ==
        R"({"macros": [], "nodes": ["source.q.a.t", "model.q.m"]})");
}

TEST_CASE("docs blocks show Jinja and leave remarks out", "[described]") {
  Project files(
      {{"/q/models/d.md",
        "{% docs words %}\n{% raw %}{{ ref('x') }}{% endraw %}{# for us #} and {{ nothing }}.\n"
        "{% enddocs %}"},
       {"/q/models/s.yml", "models:\n  - name: m\n    description: \"{{ doc('words') }}\"\n"}});
  TestProject project(files.all, "/q");
  CHECK(field(project, "nodes", "model.q.m", "description") == R"("{{ ref('x') }} and .")");
}

TEST_CASE("a text at the end of a file has no line feed", "[described]") {
  Project files({{"/q/models/s.yml",
                  "models:\n  - name: m\n    description: >\n      Two\n      words.\n\n"}});
  TestProject project(files.all, "/q");
  CHECK(field(project, "nodes", "model.q.m", "description") == R"("Two words.")");
}

}  // namespace
}  // namespace weft::parse
