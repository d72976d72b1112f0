#include "parse/checks.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "parse/test_project.h"

namespace weft::parse {
namespace {

using diag::Code;

/// A project of one model `m` with these further files.
class Checked {
 public:
  explicit Checked(std::initializer_list<std::pair<const std::string, std::string>> more)
      : files_{{"/q/dbt_project.yml", "name: q\nprofile: test\n"},
               {"/q/models/m.sql", "select 1"}} {
    for (const auto& [path, text] : more)
      (void)files_.write(path, text);
    project_ = std::make_unique<TestProject>(files_, "/q");
  }

  /// dbt's text of the first message with the code; empty when there is none.
  std::string text(Code code) const {
    for (const diag::Diagnostic& one : project_->diagnostics()) {
      if (one.code == code)
        return one.legacy_text;
    }
    return "";
  }
  size_t count(Code code) const {
    size_t n = 0;
    for (const diag::Diagnostic& one : project_->diagnostics())
      n += one.code == code ? 1 : 0;
    return n;
  }
  bool says(Code code, std::string_view part) const {
    INFO(text(code) + "\n" + project_->errors());
    return text(code).find(part) != std::string::npos;
  }

 private:
  base::MemoryFiles files_;
  std::unique_ptr<TestProject> project_;
};

}  // namespace

TEST_CASE("configuration paths that apply to nothing are listed", "[checks]") {
  Checked project{
      {"/q/dbt_project.yml",
       "name: q\nprofile: test\nmodels:\n  q:\n    +tags: a\n    gone:\n      +tags: b\n"
       "tests:\n  +severity: warn\n"}};
  CHECK(project.says(Code::UnusedConfigPath,
                     "There are 2 unused configuration paths:\n- models.q.gone\n- data_tests"));
}

TEST_CASE("a wrong value of dbt_project.yml is shown there", "[checks]") {
  base::MemoryFiles files{
      {"/q/dbt_project.yml",
       "name: q\nprofile: test\nmodels:\n  q:\n    +grants: 8\n    deep:\n      +grants: 7\n"},
      {"/q/models/deep/m.sql", "select 1"}};
  TestProject project(files, "/q");
  REQUIRE(project.diagnostics().size() == 1);
  const diag::Diagnostic& found = project.diagnostics().front();
  CHECK(found.code == Code::ConfigInvalid);
  const diag::SourceText& source = project.sources().get(found.span.source);
  CHECK(base::ends_with(source.path, "dbt_project.yml"));
  CHECK(source.place(found.span.begin).line == 7);
  CHECK(source.place(found.span.begin).column == 16);
}

TEST_CASE("a file that is not UTF-8 is shown at its wrong byte", "[checks]") {
  base::MemoryFiles files{{"/q/dbt_project.yml", "name: q\nprofile: test\n"},
                          {"/q/models/m.sql", "select 1 as a,\n  '\xff' as b\n"}};
  TestProject project(files, "/q");
  REQUIRE(project.diagnostics().size() == 1);
  const diag::Diagnostic& found = project.diagnostics().front();
  CHECK(found.code == Code::NotUtf8);
  const diag::SourceText& source = project.sources().get(found.span.source);
  CHECK(source.path == "models/m.sql");
  CHECK(source.place(found.span.begin).line == 2);
  CHECK(source.place(found.span.begin).column == 4);
}

TEST_CASE("colours of nodes are names or codes", "[checks]") {
  for (const char* color : {"gold", "DarkSlateGray", "#fff", "#CD7F32"}) {
    INFO(color);
    Checked project{
        {"/q/models/s.yml", fmt::format("models:\n  - name: m\n    config:\n      docs: "
                                        "{{node_color: '{}'}}\n",
                                        color)}};
    CHECK(project.count(Code::ConfigInvalid) == 0);
  }
  for (const char* color : {"golden", "#ff", "#ggg", "#12345", "fff"}) {
    INFO(color);
    Checked project{{"/q/models/m.sql",
                     fmt::format("{{{{ config(docs={{'node_color': '{}'}}) }}}} select 1", color)}};
    CHECK(project.says(Code::ConfigInvalid,
                       fmt::format("Invalid color name for docs.node_color: {}.", color)));
  }
}

TEST_CASE("build_after is a number of periods", "[checks]") {
  auto with = [](const char* after) {
    return Checked{{"/q/models/s.yml", fmt::format("models:\n  - name: m\n    config:\n      "
                                                   "freshness: {{build_after: {}}}\n",
                                                   after)}};
  };
  CHECK(with("{count: 4, period: hour}").count(Code::ConfigInvalid) == 0);
  CHECK(
      with("{count: 4}").says(Code::ConfigInvalid, "must have a value for `period` if a `count`"));
  CHECK(with("{period: day}")
            .says(Code::ConfigInvalid, "must have a value for `count` if a `period`"));
}

TEST_CASE("sections of properties are lists of named items", "[checks]") {
  CHECK(Checked{{"/q/models/s.yml", "models:\n  name: m\n"}}.says(
      Code::PropertiesInvalid,
      "The schema file at models/s.yml is invalid because the value of 'models' is not a list"));
  CHECK(Checked{{"/q/models/s.yml", "models:\n  - description: d\n"}}.says(
      Code::PropertiesInvalid, "Entry did not contain a name"));
  Checked single{{"/q/tests/s.yml", "data_tests:\n  - not_null:\n      x: 1\n"}};
  CHECK(single.count(Code::PropertiesInvalid) == 0);
  CHECK(
      single.says(Code::UnknownKey, "Unable to parse 'data_tests' section of file 'tests/s.yml'"));
}

TEST_CASE("deprecation dates are told to the model and to who refers to it", "[checks]") {
  Checked project{{"/q/models/old.sql", "select 1"},
                  {"/q/models/user.sql", "select * from {{ ref('old') }} join {{ ref('m') }}"},
                  {"/q/models/s.yml",
                   "models:\n  - {name: old, deprecation_date: 1999-01-01}\n"
                   "  - {name: m, deprecation_date: 2999-01-01}\n"}};
  CHECK(project.says(Code::ModelDeprecated, "Model old has passed its deprecation date of 1999"));
  CHECK(project.count(Code::ModelDeprecated) == 1);
  CHECK(project.says(Code::DeprecatedReference, "Found a reference to old, which was deprecated"));
  CHECK(project.says(Code::UpcomingDeprecation, "reference to m, which is slated"));
}

TEST_CASE("names with spaces are errors, or warnings by the project's flag", "[checks]") {
  Checked strict{{"/q/models/my model.sql", "select 1"}};
  CHECK(strict.says(Code::ConfigInvalid, "* 'model.q.my model' (models/my model.sql)"));
  Checked lenient{
      {"/q/models/my model.sql", "select 1"},
      {"/q/models/my other.sql", "select 1"},
      {"/q/dbt_project.yml",
       "name: q\nprofile: test\nflags: {require_resource_names_without_spaces: false}"}};
  CHECK(lenient.count(Code::SpaceInName) == 1);
  CHECK(lenient.says(Code::SpacesInNames, "Spaces found in 2 resource name(s)"));
}

TEST_CASE("one name for two kinds is deprecated", "[checks]") {
  Checked project{{"/q/seeds/m.csv", "a\n1\n"},
                  {"/q/models/s.yml", "models: [{name: m, config: {alias: n}}]"}};
  CHECK(project.says(Code::SameNameTwoTypes, "'model.q.m' and 'seed.q.m'"));
}

TEST_CASE("configuration values have types", "[checks]") {
  CHECK(Checked{{"/q/models/s.yml", "models: [{name: m, config: {enabled: maybe}}]"}}.says(
      Code::ConfigInvalid, "at path ['enabled']: 'maybe' is not of type 'boolean'"));
  CHECK(Checked{{"/q/seeds/s.csv", "a\n1\n"},
                {"/q/seeds/s.yml", "seeds: [{name: s, config: {materialized: table}}]"}}
            .says(Code::ConfigInvalid, "A seed must have a materialized value of 'seed'"));
  CHECK(Checked{{"/q/models/s.yml", "models: [{name: m, config: {access: publik}}]"}}.says(
      Code::ConfigInvalid, "Node model.q.m has an invalid value (publik) for the access field"));
  CHECK(Checked{
      {"/q/models/s.yml", "models: [{name: m, config: {access: public, materialized: ephemeral}}]"}}
            .says(Code::ConfigInvalid, "with 'ephemeral' materialization"));
}

TEST_CASE("microbatch models say what time their rows have", "[checks]") {
  auto model = [](std::string_view config) {
    return Checked{{"/q/models/b.sql",
                    "{{ config(materialized='incremental', incremental_strategy='microbatch', " +
                        std::string(config) + ") }} select * from {{ ref('m') }}"}};
  };
  const char* kRest = "begin='2024-01-01', batch_size='day'";
  CHECK(model(kRest).says(Code::ConfigInvalid, "must provide an 'event_time' (string) config"));
  CHECK(model("event_time=2, begin='2024-01-01', batch_size='day'")
            .says(Code::ConfigInvalid, "of type string, but got: <class 'int'>"));
  CHECK(model("event_time='t', batch_size='day'").says(Code::ConfigInvalid, "'begin' (datetime)"));
  CHECK(model("event_time='t', begin='today', batch_size='day'")
            .says(Code::ConfigInvalid, "valid datetime (ISO format), but got: today"));
  CHECK(model("event_time='t', begin='2024-01-01', batch_size='week'")
            .says(Code::ConfigInvalid, "['hour', 'day', 'month', 'year'], but got: week"));
  Checked sound = model("event_time='t', begin='2024-01-01', batch_size='day'");
  CHECK(sound.count(Code::ConfigInvalid) == 0);
  CHECK(sound.says(Code::NoEventTimeInput, "has no 'ref' or 'source' input"));
}

TEST_CASE("a primary key is declared once", "[checks]") {
  std::string columns =
      "    columns:\n      - {name: a, constraints: [{type: primary_key}]}\n"
      "      - {name: b, constraints: [{type: primary_key}]}\n";
  CHECK(Checked{{"/q/models/s.yml", "models:\n  - name: m\n" + columns}}.says(
      Code::ContractInvalid, "Found 2 columns (['a', 'b']) with primary key constraints defined"));
  CHECK(Checked{
      {"/q/models/s.yml",
       "models:\n  - name: m\n    constraints: [{type: primary_key, columns: [a]}]\n" + columns}}
            .says(Code::ContractInvalid, "at the model level and the columns level"));
}

TEST_CASE("tests at old places are told where their parts belong", "[checks]") {
  Checked project{{"/q/models/s.yml",
                   "models:\n  - name: m\n    columns:\n      - name: a\n        data_tests:\n"
                   "          - not_null: {where: 'a > 1'}\n"
                   "          - accepted_values: {values: [1]}\n"}};
  CHECK(project.says(Code::PropertyMovedToConfig,
                     "Found `where` as a top-level property of "
                     "`data_tests.not_null.where`"));
  CHECK(project.count(Code::MissingArguments) == 1);
  CHECK(project.says(Code::MissingArguments, "`accepted_values` defined on 'm' in package 'q'"));
}

TEST_CASE("blocks outside of macros are told", "[checks]") {
  Checked project{
      {"/q/macros/a.sql", "{% set x = 1 %}\n{% macro a() %}{% set y = 2 %}{% endmacro %}"}};
  CHECK(project.count(Code::UnexpectedJinjaBlock) == 1);
  CHECK(project.says(Code::UnexpectedJinjaBlock, "Found unexpected 'set' block tag. in file"));
}

TEST_CASE("overrides without a target are told", "[checks]") {
  Checked project{
      {"/q/models/s.yml", "sources:\n  - {name: a, overrides: p, tables: [{name: t}]}\n"}};
  CHECK(project.count(Code::SourceOverride) == 1);
  CHECK(project.says(Code::SourceOverrideUnused, "  - Source p.a (in models/s.yml)"));
}

}  // namespace weft::parse
