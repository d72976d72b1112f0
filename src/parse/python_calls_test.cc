#include "parse/python_calls.h"

#include <catch2/catch.hpp>

#include "base/json.h"

namespace weft::parse {
namespace {

context::Capture calls_of(std::string_view text) {
  context::Capture capture;
  diag::Status status = read_python_calls(text, {}, capture);
  REQUIRE(status);
  return capture;
}

}  // namespace

TEST_CASE("a Python model's calls are found without running it", "[python]") {
  context::Capture capture = calls_of(
      "import x  # dbt.ref('comment')\n"
      "def model(dbt, session):\n"
      "    '''dbt.ref('text')'''\n"
      "    dbt.config(materialized='table', tags=['a', \"b\"],\n"
      "               packages=(1, 2.5, -3), enabled=True, meta={'k': None})\n"
      "    a = dbt.ref('one')\n"
      "    b = dbt.ref('pkg', 'two', v=2)\n"
      "    c = dbt.source('raw' '_data', 'orders')\n"
      "    return other.dbt.ref('no'), dbt.ref\n");
  REQUIRE(capture.refs.size() == 2);
  CHECK(capture.refs[0].name == "one");
  CHECK(capture.refs[1].package == "pkg");
  CHECK(capture.refs[1].version == base::Data(2));
  REQUIRE(capture.sources.size() == 1);
  CHECK(capture.sources[0].source_name == "raw_data");
  CHECK(base::to_json(base::Data(capture.config)) ==
        R"({"materialized": "table", "tags": ["a", "b"], "packages": [1, 2.5, -3], )"
        R"("enabled": true, "meta": {"k": null}})");
}

TEST_CASE("arguments that are no literals are refused", "[python]") {
  for (const char* text : {"dbt.ref(name)", "dbt.config(a=f())", "dbt.ref('x'", "dbt.ref(",
                           "dbt.config(a=[1, )", "dbt.source('a', 'b' + 'c')", "dbt.ref('open"}) {
    INFO(text);
    context::Capture capture;
    CHECK_FALSE(read_python_calls(text, {}, capture));
  }
}

TEST_CASE("hostile Python ends", "[python]") {
  std::string deep = "dbt.config(a=" + std::string(100000, '[');
  context::Capture capture;
  CHECK_FALSE(read_python_calls(deep, {}, capture));
  CHECK(read_python_calls("'''never closed dbt.ref('a')", {}, capture));
  CHECK(read_python_calls("dbt . ref", {}, capture));
}

}  // namespace weft::parse
