#include "parse/static_config.h"

#include <catch2/catch.hpp>

#include "base/json.h"

namespace weft::parse {
namespace {

std::string read(std::string_view text) {
  std::optional<base::DataMap> found = static_config(text);
  return found ? base::to_json(base::Data(std::move(*found))) : "none";
}

}  // namespace

TEST_CASE("simple texts give their configuration without a render", "[static_config]") {
  CHECK(read("select 1") == "{}");
  CHECK(read("{# {{ x }} #}{{ config(a='b', c=True,) }} select * from {{ ref('x') }}") ==
        R"({"a": "b", "c": true})");
  CHECK(read("{{ config(a=['x', ['y']], d={'k': {'l': 'm'}}) }}") ==
        R"({"a": ["x", ["y"]], "d": {"k": {"l": "m"}}})");
  CHECK(read("{{ config(a='b') }}{{ config(a='c') }}") == R"({"a": "c"})");
  CHECK(read(R"({{ config(a='x\'y') }})") == R"({"a": "x\\'y"})");
  CHECK(read("{{ ref('p', 'm', v=2) }} {{ source('a', 'b') }} }} %} {") == "{}");
}

TEST_CASE("anything else needs a render", "[static_config]") {
  for (const char* text :
       {"{% if x %}{% endif %}", "{{ this }}", "{{ var('x') }}", "{{- ref('a') }}",
        "{{ config(a=true) }}", "{{ config(a=1) }}", "{{ config(a=[1]) }}", "{{ config(a=x) }}",
        "{{ config({'a': 'b'}) }}", "{{ config(pre_hook='x') }}", "{{ config() }}",
        "{{ ref('a') | upper }}", "{{ ref(1) }}", "{{ ref() }}", "{{ source('a') }}",
        "{{ config(a='x' 'y') }}", "{{ config(a=None) }}", "{{ ref('a') }} {{", "{# open",
        "{{ config(a={x: 'y'}) }}", "{{ config(a='b)", "{{ config(a=[[[", "{{ ref('a', x='y') }}"})
    CHECK(read(text) == "none");
}

}  // namespace weft::parse
