#include "parse/yaml_render.h"

#include <catch2/catch.hpp>

namespace weft::parse {

TEST_CASE("descriptions, tests, hooks and queries of an item stay text", "[yaml_render]") {
  CHECK(is_rendered_later("models", {"description"}));
  CHECK(is_rendered_later("models", {"data_tests", "", "unique", "config", "where"}));
  CHECK(is_rendered_later("models", {"columns", "", "description"}));
  CHECK(is_rendered_later("models", {"columns", "", "tests", "", "not_null", "severity"}));
  CHECK(is_rendered_later("models", {"versions", "", "columns", "", "description"}));
  CHECK(is_rendered_later("models", {"config", "pre_hook"}));
  CHECK(is_rendered_later("sources", {"tables", "", "columns", "", "data_tests", "", "unique"}));
  CHECK(is_rendered_later("sources", {"config", "loaded_at_query"}));
  CHECK(is_rendered_later("macros", {"arguments", "", "description"}));
}

TEST_CASE("filters of metrics and saved queries stay text", "[yaml_render]") {
  CHECK(is_rendered_later("metrics", {"filter"}));
  CHECK(is_rendered_later("metrics", {"type_params", "measure", "filter", ""}));
  CHECK(is_rendered_later("models", {"metrics", "", "filter"}));
  CHECK(is_rendered_later("saved_queries", {"query_params", "where", ""}));
  CHECK_FALSE(is_rendered_later("models", {"meta", "filter"}));
}

TEST_CASE("other values are rendered, whatever their key", "[yaml_render]") {
  CHECK_FALSE(is_rendered_later("models", {}));
  CHECK_FALSE(is_rendered_later("models", {"name"}));
  CHECK_FALSE(is_rendered_later("models", {"config", "meta", "description"}));
  CHECK_FALSE(is_rendered_later("models", {"config", "pre-hook"}));
  CHECK_FALSE(is_rendered_later("sources", {"schema"}));
  CHECK_FALSE(is_rendered_later("sources", {"tables", "", "identifier"}));
}

}  // namespace weft::parse
