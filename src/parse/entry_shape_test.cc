#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "parse/test_project.h"

namespace weft::parse {
namespace {

/// What is said about a properties file in a project of one model `m`.
std::vector<diag::Diagnostic> said_about(const std::string& properties) {
  base::MemoryFiles files{{"/q/dbt_project.yml", "name: q\nprofile: test\n"},
                          {"/q/models/m.sql", "select 1 as id"},
                          {"/q/models/m_v1.sql", "select 1 as id"},
                          {"/q/models/p.yml", properties}};
  TestProject project(files, "/q");
  return project.diagnostics();
}

std::vector<std::string> messages(const std::string& properties) {
  std::vector<std::string> made;
  for (const diag::Diagnostic& one : said_about(properties)) {
    if (one.code == diag::Code::PropertiesInvalid)
      made.push_back(one.message);
  }
  return made;
}

using Messages = std::vector<std::string>;

}  // namespace

TEST_CASE("values of another shape than expected are errors, not passed over", "[shape]") {
  const std::string model = "models:\n  - name: m\n    ";
  CHECK(messages(model + "config: [materialized]") ==
        Messages{"`config` of `m` is a list, and a mapping is expected"});
  CHECK(messages(model + "config: table") ==
        Messages{"`config` of `m` is a single value, and a mapping is expected"});
  CHECK(messages(model + "description: {a: b}") ==
        Messages{"`description` of `m` is a mapping, and text is expected"});
  CHECK(messages(model + "columns: {id: {data_tests: [unique]}}") ==
        Messages{"`columns` of `m` is a mapping, and a list is expected"});
  CHECK(messages(model + "columns: [id]") ==
        Messages{"an item of `columns` of `m` is a single value, and a mapping is expected"});
  CHECK(messages(model + "columns: [{data_tests: [unique]}]") ==
        Messages{"an item of `columns` of `m` has no name"});
  CHECK(messages(model + "columns: [{name: id, data_tests: unique}]") ==
        Messages{"`data_tests` of `m` is a single value, and a list is expected"});
  CHECK(messages("sources:\n  - name: s\n    tables: {t: {}}") ==
        Messages{"`tables` of `s` is a mapping, and a list is expected"});
}

TEST_CASE("the wrong value is marked, in dbt's words", "[shape]") {
  std::vector<diag::Diagnostic> said =
      said_about("models:\n  - name: m\n    columns:\n      - name: id\n        meta: 7\n");
  REQUIRE(said.size() == 1);
  CHECK(said[0].span.begin == 64);
  CHECK(said[0].span.end == 65);
  CHECK(said[0].legacy_text ==
        "Parsing Error\n  Invalid models config given in models/p.yml @ models: m - at path "
        "['columns'][0]['meta']: 7 is not of type 'object'");
}

TEST_CASE("null, templates and columns chosen by a version fit", "[shape]") {
  const std::string model = "models:\n  - name: m\n    ";
  CHECK(messages(model + "config:\n    columns:\n    description:\n    meta:\n").empty());
  CHECK(messages(model + "description: 7\n").empty());
  CHECK(messages(model + "constraints: [{type: unique, columns: [id]}]\n").empty());
  CHECK(messages(model + "meta: \"{{ var('x', {}) }}\"\n").empty());
  CHECK(
      messages(model + "columns: [{name: id}]\n    versions: [{v: 1, columns: [{include: all}]}]\n")
          .empty());
}

TEST_CASE("a version beside a config that is none is an error, not a crash", "[shape]") {
  CHECK(
      messages("models:\n  - name: m\n    config: 7\n    versions: [{v: 1, config: {alias: x}}]\n")
          .front() == "`config` of `m` is a single value, and a mapping is expected");
}

}  // namespace weft::parse
