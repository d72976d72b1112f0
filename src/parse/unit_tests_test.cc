#include "parse/unit_tests.h"

#include <catch2/catch.hpp>

#include "parse/test_project.h"

namespace weft::parse {
namespace {

using base::Data;

/// A project with models a, inc (incremental) and versioned ver, a seed s, and these unit tests.
struct Parsed {
  explicit Parsed(const std::string& unit_tests)
      : files{{"/p/dbt_project.yml", "name: p\nversion: '1.0'\nprofile: test\n"},
              {"/p/models/a.sql", "select * from {{ ref('s') }}"},
              {"/p/models/inc.sql",
               "{{ config(materialized='incremental') }} select 1 as id {% if is_incremental() %} "
               "where id > 1 {% endif %}"},
              {"/p/models/ver_v1.sql", "select 1 as id"},
              {"/p/models/ver_v2.sql", "select 2 as id"},
              {"/p/seeds/s.csv", "id,name\n1,x\n2,\n"},
              {"/p/tests/fixtures/rows.csv", "id,name\n1,\n"},
              {"/p/models/u.yml",
               "models:\n  - name: ver\n    latest_version: 1\n    versions: [{v: 1}, {v: 2}]\n"
               "unit_tests:\n" +
                   unit_tests}},
        project(files, "/p") {}

  base::MemoryFiles files;
  TestProject project;
};

}  // namespace

TEST_CASE("rows of CSV texts are maps of texts", "[unit_tests]") {
  std::string problem;
  CHECK(base::to_json(Data(read_csv_rows("a,b\n1,\n\n2\n\"x,y\",z,more\n", true, problem))) ==
        R"([{"a": "1", "b": null}, {"a": "2", "b": null}, {"a": "x,y", "b": "z"}])");
  CHECK(base::to_json(Data(read_csv_rows("a,b\n1,\n", false, problem))) ==
        R"([{"a": "1", "b": ""}])");
  CHECK(read_csv_rows("", true, problem).empty());
  CHECK(problem.empty());
}

TEST_CASE("checksums are dbt's", "[unit_tests]") {
  manifest::UnitTestFields fields;
  fields.model = "stg_locations";
  auto rows = [](const char* text) { return std::get<Data>(base::parse_json(text)); };
  fields.given.push_back(
      {"source('ecom', 'raw_stores')", "dict",
       rows(R"([{"id": 1, "name": "Vice City", "tax_rate": 0.2, "opened_at": "2016-09-01T00:00:00"},
                {"id": 2, "name": "San Andreas", "tax_rate": 0.1,
                 "opened_at": "2079-10-27T23:59:59.9999"}])"),
       std::nullopt});
  fields.expect.rows = rows(R"([{"location_id": 1, "location_name": "Vice City", "tax_rate": 0.2,
                "opened_date": "2016-09-01"},
               {"location_id": 2, "location_name": "San Andreas", "tax_rate": 0.1,
                "opened_date": "2079-10-27"}])");
  CHECK(unit_test_checksum(fields, false) ==
        "dcd85ada76629bf46437f0041f76303dd744a67bdd99440f70b520b3f094c9b6");
}

TEST_CASE("an input without rows has those of the seed", "[unit_tests]") {
  Parsed parsed(
      "  - name: t\n    model: a\n    given: [{input: ref('s')}]\n    expect: {rows: [{id: 1}]}\n");
  std::string row = parsed.project.row("unit_tests", "unit_test.p.a.t");
  CHECK(row.find(R"([{"id": "1", "name": "x"}, {"id": "2", "name": ""}])") != std::string::npos);
}

TEST_CASE("wrong unit tests are reported with what to do", "[unit_tests]") {
  auto errors = [](const std::string& text) { return Parsed(text).project.errors(); };
  CHECK(errors("  - name: t\n    model: aa\n    given: []\n    expect: {rows: []}\n")
            .find("unit test `t` tests unknown model `aa`") == 0);
  CHECK(errors("  - name: t\n    model: a\n    expect: {rows: []}\n") ==
        "unit test `t`: 'given' is a required property | add `given:`\n");
  CHECK(errors("  - name: t\n    model: a\n    given: [{rows: []}]\n    expect: {rows: []}\n")
            .find("'input' is a required property") != std::string::npos);
  CHECK(errors("  - name: t\n    model: a\n    given: []\n    expect: {format: cvs, rows: ''}\n")
            .find("did you mean `csv`?") != std::string::npos);
  CHECK(errors("  - name: t\n    model: a\n    given: []\n    expect: {format: csv, rows: []}\n")
            .find("do not fit format `csv`") != std::string::npos);
  CHECK(
      errors(
          "  - name: t\n    model: a\n    given: []\n    expect: {format: csv, fixture: row}\n") ==
      "unit test `t`: fixture `row` does not exist | did you mean `rows`?\n");
  CHECK(
      errors("  - name: t\n    model: a\n    given: [{input: ref('a')}]\n    expect: {rows: []}\n")
          .find("has no rows and is no seed") != std::string::npos);
  CHECK(errors("  - name: t\n    model: a\n    given: []\n    versions: {include: [1]}\n"
               "    expect: {rows: []}\n")
            .find("names versions, but model `a` has none") != std::string::npos);
  CHECK(errors("  - name: t\n    model: ver\n    given: []\n    versions: {include: [3]}\n"
               "    expect: {rows: []}\n")
            .find("names no version of model `ver` that exists") != std::string::npos);
}

TEST_CASE("incremental models must be told which way they go", "[unit_tests]") {
  auto errors = [](const std::string& overrides) {
    return Parsed("  - name: t\n    model: inc\n    given: []\n    expect: {rows: []}\n" +
                  overrides)
        .project.errors();
  };
  CHECK(errors("").find("does not say whether model `inc` runs incrementally") !=
        std::string::npos);
  CHECK(errors("    overrides: {macros: {is_incremental: true}}\n").find("has no input `this`") !=
        std::string::npos);
  CHECK(errors("    overrides: {macros: {is_incremental: false}}\n").empty());
}

}  // namespace weft::parse
