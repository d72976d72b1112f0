#include "context/config_merge.h"

#include <catch2/catch.hpp>

#include "base/json.h"

namespace weft::context {
namespace {

using base::Data;
using base::DataMap;

DataMap map_of(const char* json) { return std::get<Data>(base::parse_json(json)).as_map(); }

/// `stronger` over `weaker`, as JSON.
std::string merged(const char* weaker, const char* stronger) {
  DataMap made = map_of(weaker);
  merge_config(made, map_of(stronger));
  return base::to_json(Data(made));
}

}  // namespace

TEST_CASE("tags append, single ones too", "[config_merge]") {
  CHECK(merged(R"({"tags": ["a"]})", R"({"tags": "b"})") == R"({"tags": ["a", "b"]})");
  CHECK(merged(R"({})", R"({"tags": "b"})") == R"({"tags": ["b"]})");
}

TEST_CASE("meta merges by key, other maps of configurations replace", "[config_merge]") {
  CHECK(merged(R"({"meta": {"a": 1, "b": 1}})", R"({"meta": {"b": 2}})") ==
        R"({"meta": {"a": 1, "b": 2}})");
  CHECK(merged(R"({"docs": {"show": true}})", R"({"docs": {"node_color": "red"}})") ==
        R"({"docs": {"show": true, "node_color": "red"}})");
  CHECK(merged(R"({"materialized": "view"})", R"({"materialized": "table"})") ==
        R"({"materialized": "table"})");
}

TEST_CASE("grants of several calls extend what is below them", "[config_merge]") {
  base::DataMap calls;
  auto call = [&](const char* grants) {
    auto parsed = base::parse_json(grants);
    merge_call(calls, base::DataMap{{"grants", std::get<base::Data>(parsed)}});
  };
  call(R"({"+select": ["a"]})");
  call(R"({"+select": "b"})");
  base::DataMap below{{"grants", base::DataMap{{"select", base::DataList{"x"}}}}};
  merge_config(below, calls);
  CHECK(base::to_json(base::Data(below)) == R"({"grants": {"select": ["x", "a", "b"]}})");
  call(R"({"select": ["c"]})");
  merge_config(below, calls);
  CHECK(base::to_json(base::Data(below)) == R"({"grants": {"select": ["c"]}})");
}

TEST_CASE("grants replace by privilege, and extend with a plus", "[config_merge]") {
  CHECK(merged(R"({"grants": {"select": ["x"]}})", R"({"grants": {"select": ["y"]}})") ==
        R"({"grants": {"select": ["y"]}})");
  CHECK(merged(R"({"grants": {"select": ["x"]}})", R"({"grants": {"+select": ["y"]}})") ==
        R"({"grants": {"select": ["x", "y"]}})");
}

TEST_CASE("hook keys have one spelling", "[config_merge]") {
  CHECK(config_key("pre_hook") == "pre-hook");
  CHECK(config_key("post-hook") == "post-hook");
  CHECK(config_key("tags") == "tags");
}

TEST_CASE("hooks in any form become maps", "[config_merge]") {
  auto hooks = [](const char* json) {
    return base::to_json(Data(hook_list(std::get<Data>(base::parse_json(json)))));
  };
  CHECK(hooks(R"("select 1")") == R"([{"sql": "select 1", "transaction": true, "index": null}])");
  CHECK(hooks(R"([{"sql": "select 2", "transaction": false}])") ==
        R"([{"sql": "select 2", "transaction": false, "index": null}])");
  CHECK(hooks("[]") == "[]");
}

TEST_CASE("recorded calls keep their first values as written", "[config_merge]") {
  DataMap calls;
  merge_raw_config(calls, map_of(R"({"tags": "a", "post-hook": "x", "meta": {"k": 1}})"));
  CHECK(base::to_json(Data(calls)) == R"({"tags": "a", "post-hook": "x", "meta": {"k": 1}})");
  merge_raw_config(calls, map_of(R"({"tags": "b", "meta": {"l": 2}, "materialized": "table"})"));
  CHECK(base::to_json(Data(calls)) ==
        R"({"tags": ["a", "b"], "post-hook": "x", "meta": {"k": 1, "l": 2}, )"
        R"("materialized": "table"})");
}

}  // namespace weft::context
