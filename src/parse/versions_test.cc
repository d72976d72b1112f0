#include "parse/versions.h"

#include <catch2/catch.hpp>

#include "base/json.h"
#include "parse/test_project.h"

namespace weft::parse {
namespace {

base::MemoryFiles project_files() {
  return base::MemoryFiles{
      {"/q/dbt_project.yml",
       "name: q\nversion: '1.0'\nprofile: test\n"
       "models:\n  +tags: top\n  +meta: {a: 1, b: 1}\n"
       "  q:\n    sub:\n      +tags: [s1, s2]\n      +meta: {b: 2}\n      +materialized: table\n"},
      {"/q/models/sub/m.sql", "{{ config(meta={'c': 3}) }} select 1 as id"},
      {"/q/models/ver_v1.sql", "select 1 as id, 2 as v, 3 as w"},
      {"/q/models/second.sql", "select 1 as id, 2 as v"},
      {"/q/models/s.yml",
       "models:\n"
       "  - name: m\n    config: {meta: {d: 4}}\n"
       "  - name: ver\n    latest_version: 2\n    config: {materialized: table}\n"
       "    columns: [{name: id, description: base}, {name: v}, {name: w}]\n"
       "    versions:\n"
       "      - v: 1\n        config: {materialized: view}\n"
       "      - v: 2\n        defined_in: second\n        description: second one\n"
       "        columns:\n          - include: all\n            exclude: [w]\n"
       "          - {name: v, description: changed}\n"}};
}

std::string member(const base::Data& manifest, std::string_view id, std::string_view key) {
  const base::Data* row = manifest.get("nodes")->get(id);
  return row == nullptr ? "no such node" : base::to_json(*row->get(key));
}

}  // namespace

TEST_CASE("the versions of a model see the entry in their own way", "[versions]") {
  base::MemoryFiles files = project_files();
  TestProject project(files, "/q");
  INFO(project.errors());
  REQUIRE(project.parsed() != nullptr);
  base::Data manifest = project.manifest();
  CHECK(member(manifest, "model.q.ver.v1", "alias") == "\"ver_v1\"");
  CHECK(member(manifest, "model.q.ver.v2", "alias") == "\"ver_v2\"");
  CHECK(member(manifest, "model.q.ver.v2", "fqn") == R"(["q", "ver", "v2"])");
  CHECK(member(manifest, "model.q.ver.v2", "path") == "\"second.sql\"");
  CHECK(member(manifest, "model.q.ver.v2", "description") == "\"second one\"");
  CHECK(member(manifest, "model.q.ver.v1", "latest_version") == "2");
  const base::Data* columns = manifest.get("nodes")->get("model.q.ver.v2")->get("columns");
  REQUIRE(columns->as_map().size() == 2);
  CHECK(columns->get("v")->get("description")->as_string() == "changed");
  CHECK(columns->get("id")->get("description")->as_string() == "base");
  CHECK(member(manifest, "model.q.ver.v1", "config").find(R"("materialized": "view")") !=
        std::string::npos);
  CHECK(member(manifest, "model.q.ver.v2", "config").find(R"("materialized": "table")") !=
        std::string::npos);
}

TEST_CASE("configurations come from the tree, the entry and the file, in this order", "[config]") {
  base::MemoryFiles files = project_files();
  TestProject project(files, "/q");
  REQUIRE(project.parsed() != nullptr);
  base::Data manifest = project.manifest();
  CHECK(member(manifest, "model.q.m", "meta") == R"({"a": 1, "b": 2, "d": 4, "c": 3})");
  CHECK(member(manifest, "model.q.m", "tags") == R"(["top", "s1", "s2"])");
  CHECK(member(manifest, "model.q.m", "config").find(R"("materialized": "table")") !=
        std::string::npos);
}

namespace {

/// A project whose one model `m` has the file m_v1.sql and these versions.
struct Versions {
  explicit Versions(std::string_view keys)
      : files{{"/q/dbt_project.yml", "name: q\nversion: '1.0'\nprofile: test\n"},
              {"/q/models/m_v1.sql", "select 1 as id"},
              {"/q/models/s.yml", "models:\n  - name: m\n" + std::string(keys)}},
        project(files, "/q") {}

  base::MemoryFiles files;
  TestProject project;
};

}  // namespace

TEST_CASE("a version without a file is left out with a warning", "[versions]") {
  Versions versions("    latest_version: 1\n    versions: [{v: 0}, {v: 1}, {v: 4.5}, {v: test}]\n");
  REQUIRE(versions.project.parsed() != nullptr);
  base::Data manifest = versions.project.manifest();
  CHECK(manifest.get("nodes")->as_map().size() == 1);
  CHECK(member(manifest, "model.q.m.v1", "latest_version") == "1");
}

TEST_CASE("versions that contradict each other are errors", "[versions]") {
  Versions doubled("    versions: [{v: 1}, {v: '1'}]\n");
  CHECK(doubled.project.parsed() == nullptr);
  CHECK(doubled.project.errors().find("version `1` twice") != std::string::npos);
  Versions absent("    latest_version: 3\n    versions: [{v: 1}]\n");
  CHECK(absent.project.parsed() == nullptr);
  CHECK(absent.project.errors().find("none of its versions") != std::string::npos);
}

TEST_CASE("the highest version is the latest one", "[versions]") {
  auto latest = [](std::string_view json) {
    return python_str(latest_version(std::get<base::Data>(base::parse_json(json))));
  };
  CHECK(latest(R"({"versions": [{"v": 2}, {"v": "10"}, {"v": 4.5}]})") == "10");
  CHECK(latest(R"({"versions": [{"v": 2}, {"v": "beta"}, {"v": "alpha"}]})") == "beta");
  CHECK(latest(R"({"latest_version": 1, "versions": [{"v": 1}, {"v": 2}]})") == "1");
}

}  // namespace weft::parse
