#include "parse/source_freshness.h"

#include <catch2/catch.hpp>

#include "base/json.h"

namespace weft::parse {
namespace {

base::Data data(std::string_view json) {
  auto parsed = base::parse_json(json);
  return std::get<base::Data>(parsed);
}

std::string merged(std::string_view source, std::string_view table) {
  return base::to_json(freshness_data(merged_freshness(data(source), data(table))));
}

}  // namespace

TEST_CASE("thresholds fall back one by one, config over the key beside it") {
  CHECK(merged(R"({"freshness": {"warn_after": {"count": 1, "period": "day"}},
                   "config": {"freshness": {"error_after": {"count": 2, "period": "day"}}}})",
               R"({"freshness": {"warn_after": {"count": 9, "period": "hour"}},
                   "config": {"freshness": {"warn_after": {"count": 6, "period": "hour"}}}})") ==
        R"({"warn_after": {"count": 6, "period": "hour"}, )"
        R"("error_after": {"count": 2, "period": "day"}, "filter": null})");
  CHECK(merged(R"({"freshness": {"error_after": {"count": 2, "period": "day"}, "filter": "a"}})",
               R"({"freshness": {"error_after": {}, "filter": "b"}})") ==
        R"({"warn_after": {"count": null, "period": null}, )"
        R"("error_after": {"count": 2, "period": "day"}, "filter": "b"})");
}

TEST_CASE("null switches a threshold, or all of them, off") {
  const char* source = R"({"freshness": {"error_after": {"count": 2, "period": "day"}}})";
  CHECK(merged(source, R"({"freshness": {"error_after": null}})") ==
        R"({"warn_after": {"count": null, "period": null}, "error_after": null, "filter": null})");
  CHECK(merged(source, R"({"freshness": null})") == "null");
  CHECK(merged(source, R"({"config": {"freshness": null}})") == "null");
  CHECK(merged(R"({"freshness": null})",
               R"({"freshness": {"warn_after": {"count": 1, "period": "day"}}})") ==
        R"({"warn_after": {"count": 1, "period": "day"}, )"
        R"("error_after": {"count": null, "period": null}, "filter": null})");
}

TEST_CASE("nothing said is thresholds that are not set, which dbt_project.yml may fill") {
  std::optional<manifest::Freshness> none = merged_freshness(data("{}"), data("{}"));
  REQUIRE(none);
  CHECK_FALSE(none->is_set());
}

TEST_CASE("a table that names its field does not look at the source's query") {
  manifest::SourceFields fields;
  REQUIRE(read_loaded_at(data(R"({"loaded_at_query": "select 1"})"),
                         data(R"({"config": {"loaded_at_field": "at"}})"), fields));
  CHECK(fields.loaded_at_field == "at");
  CHECK_FALSE(fields.loaded_at_query);
  REQUIRE(read_loaded_at(data(R"({"loaded_at_field": "at"})"), data("{}"), fields));
  CHECK(fields.loaded_at_field == "at");
  CHECK_FALSE(read_loaded_at(data("{}"),
                             data(R"({"loaded_at_field": "a", "loaded_at_query": "q"})"), fields));
}

}  // namespace weft::parse
