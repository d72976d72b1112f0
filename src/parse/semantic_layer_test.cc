#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>

#include "parse/semantic_data.h"
#include "parse/test_project.h"

namespace weft::parse {
namespace {

using base::Data;

std::string json_of(const Data& data) { return base::to_json(data); }

std::vector<std::string> sorted_nodes(const Data& depends_on) {
  std::vector<std::string> ids;
  for (const Data& id : depends_on.get("nodes")->as_list())
    ids.push_back(id.as_string());
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// A project of one model with a semantic model `sm` (measure `m`) and `yaml` behind it.
std::string errors_of(const std::string& yaml) {
  base::MemoryFiles files{{"/p/dbt_project.yml", "name: p\nversion: '1.0'\nprofile: test\n"},
                          {"/p/models/a.sql", "select 1 as id"},
                          {"/p/models/metricflow_time_spine.sql", "select now() as date_day"},
                          {"/p/models/a.yml",
                           "semantic_models:\n"
                           "  - name: sm\n    model: ref('a')\n"
                           "    entities: [{name: id, type: primary}]\n"
                           "    measures: [{name: m, agg: sum}]\n" +
                               yaml}};
  return TestProject(files, "/p").errors();
}

}  // namespace

TEST_CASE("unit tests, exposures and the semantic layer are as dbt writes them", "[semantic]") {
  std::string root = std::string(WEFT_TESTDATA) + "/semantic";
  TestProject project(base::real_files(), root);
  INFO(project.errors());
  REQUIRE(project.parsed() != nullptr);
  Data manifest = project.manifest();
  std::ifstream file(root + "/expected.txt");
  size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#')
      continue;
    size_t space = line.find(' ');
    std::string expected_text;
    std::getline(file, expected_text);
    Data expected = std::get<Data>(base::parse_json(expected_text));
    const Data* section = manifest.get(line.substr(0, space));
    const Data* found = section == nullptr ? nullptr : section->get(line.substr(space + 1));
    INFO(line);
    REQUIRE(found != nullptr);
    for (const auto& [key, value] : expected.as_map()) {
      INFO(key);
      const Data* member = found->get(key);
      REQUIRE(member != nullptr);
      if (key == "depends_on")
        CHECK(sorted_nodes(*member) == sorted_nodes(value));
      else if (key == "description" && value.is_null())
        CHECK((member->is_null() || member->string_or("x").empty()));
      else
        CHECK(json_of(*member) == json_of(value));
    }
    ++rows;
  }
  CHECK(rows == 23);
}

TEST_CASE("windows are a count and a granularity", "[semantic]") {
  std::string problem;
  CHECK(json_of(time_window(Data("7 days"), problem)) == R"({"count": 7, "granularity": "day"})");
  CHECK(json_of(time_window(Data("1 MONTH"), problem)) ==
        R"({"count": 1, "granularity": "month"})");
  // Not a unit that is known: the name may end in s.
  CHECK(json_of(time_window(Data("2 fiscals"), problem)) ==
        R"({"count": 2, "granularity": "fiscals"})");
  CHECK(problem.empty());
  CHECK(time_window(Data("soon"), problem).is_null());
  CHECK(problem == "window `soon` is not `<count> <granularity>`, such as `28 days`");
}

TEST_CASE("names and filters get all their keys", "[semantic]") {
  std::string problem;
  CHECK(json_of(input_measure(Data("m"))) ==
        R"({"name": "m", "filter": null, "alias": null, "join_to_timespine": false, )"
        R"("fill_nulls_with": null})");
  CHECK(json_of(metric_input(Data("m"), problem)) ==
        R"({"name": "m", "filter": null, "alias": null, "offset_window": null, )"
        R"("offset_to_grain": null})");
  CHECK(json_of(where_filter(Data("a = 1"))) ==
        R"({"where_filters": [{"where_sql_template": "a = 1"}]})");
  CHECK(where_filter(Data()).is_null());
}

TEST_CASE("wrong metrics are reported", "[semantic]") {
  CHECK(errors_of("metrics:\n  - {name: x, label: X, type: simple, type_params: {measure: n}}\n")
            .find("metric `x` refers to unknown measure `n`") != std::string::npos);
  CHECK(errors_of("metrics:\n  - {name: x, label: X, type: simpel, type_params: {measure: m}}\n") ==
        "metric `x` has unknown type `simpel` | did you mean `simple`?\n");
  CHECK(
      errors_of("metrics:\n  - {name: x, label: X, type: ratio, type_params: {numerator: y}}\n") ==
      "metric `x`: it needs a numerator and a denominator\n");
  CHECK(errors_of("metrics:\n"
                  "  - {name: x, label: X, type: derived, type_params: {expr: y, metrics: [y]}}\n"
                  "  - {name: y, label: Y, type: derived, type_params: {expr: x, metrics: [x]}}\n")
            .find("is made of itself") != std::string::npos);
  CHECK(errors_of("saved_queries:\n  - {name: q, query_params: {metrics: [zz]}}\n")
            .find("saved_query `q` refers to unknown metric `zz`") != std::string::npos);
  CHECK(errors_of("metrics:\n  - {name: ok, label: O, type: simple, type_params: {measure: m}}\n")
            .empty());
}

TEST_CASE("a long chain of metrics is no danger to the stack", "[semantic]") {
  std::string yaml =
      "metrics:\n  - {name: m0, label: M, type: simple, type_params: {measure: m}}\n";
  for (int i = 3000; i > 0; --i) {
    yaml += "  - {name: m" + std::to_string(i) +
            ", label: M, type: derived, type_params: {expr: a, " + "metrics: [m" +
            std::to_string(i - 1) + "]}}\n";
  }
  CHECK(errors_of(yaml).empty());
}

}  // namespace weft::parse
