#include <catch2/catch.hpp>

#include "base/files.h"
#include "base/json.h"
#include "select/select.h"

namespace weft::select {
namespace {

struct Read {
  explicit Read(const std::string& text)
      : files({{"/p/selectors.yml", text}}), result(read_selectors(files, "/p", sources, sink)) {}

  std::string expanded() { return base::to_json(base::Data(expanded_selectors(*result))); }

  base::MemoryFiles files;
  diag::Sources sources;
  diag::Sink sink;
  diag::Result<Selectors> result;
};

TEST_CASE("a project without selectors has none") {
  base::MemoryFiles files;
  diag::Sources sources;
  diag::Sink sink;
  auto none = read_selectors(files, "/p", sources, sink);
  REQUIRE(none);
  CHECK(none->definitions.empty());
  CHECK(Read("").result->definitions.empty());
}

TEST_CASE("definitions keep their order, keys and default") {
  Read read(
      "selectors:\n"
      "  - {name: b, definition: 'tag:x+', default: true}\n"
      "  - {name: a, description: d, definition: {tag: y}}\n");
  REQUIRE(read.result);
  CHECK(default_selector(*read.result, Request())->name == "b");
  CHECK(find_selector(*read.result, "a")->description == "d");
  CHECK(read.expanded() ==
        R"({"b": {"name": "b", "definition": {"method": "tag", "value": "x", "children": true}, )"
        R"("default": true}, "a": {"name": "a", "description": "d", )"
        R"("definition": {"method": "tag", "value": "y"}}})");
}

TEST_CASE("unions, intersections and exclusions expand as in dbt") {
  Read read(
      "selectors:\n"
      "  - name: u\n"
      "    definition:\n"
      "      union:\n"
      "        - '@a'\n"
      "        - {intersection: [{tag: x}, 'b']}\n"
      "        - exclude: ['c', {path: models/x}]\n"
      "  - {name: v, definition: {method: fqn, value: d, exclude: ['e']}}\n");
  REQUIRE(read.result);
  CHECK(
      read.expanded() ==
      R"({"u": {"name": "u", "definition": {"union": [)"
      R"({"childrens_parents": true, "method": "fqn", "value": "a"}, )"
      R"({"intersection": [{"method": "tag", "value": "x"}, {"method": "fqn", "value": "b"}]}, )"
      R"({"exclude": [{"method": "fqn", "value": "c"}, {"method": "path", "value": "models/x"}]}]}}, )"
      R"("v": {"name": "v", "definition": {"method": "fqn", "value": "d", "exclude": ["e"]}}})");
}

TEST_CASE("mistakes are shown at their place") {
  const auto message = [](const std::string& text) {
    Read read(text);
    REQUIRE_FALSE(read.result);
    const diag::Diagnostic& error = read.result.error();
    CHECK(error.code == diag::Code::SelectorFileInvalid);
    CHECK(error.span.valid());
    return error.message + (error.hint.empty() ? "" : " | " + error.hint);
  };
  CHECK(message("a: 1").find("no list `selectors`") != std::string::npos);
  CHECK(message("selectors: [x]").find("no mapping") != std::string::npos);
  CHECK(message("selectors: [{definition: a}]").find("no name") != std::string::npos);
  CHECK(message("selectors: [{name: a}]").find("no definition") != std::string::npos);
  CHECK(message("selectors: [{name: a, definitoin: b}]").find("did you mean `definition`") !=
        std::string::npos);
  CHECK(message("selectors: [{name: a, definition: {tagg: b}}]").find("did you mean `tag`") !=
        std::string::npos);
  CHECK(message("selectors: [{name: a, definition: {union: [a], tag: b}}]").find("beside") !=
        std::string::npos);
  CHECK(message("selectors: [{name: a, definition: {union: a}}]").find("no list") !=
        std::string::npos);
  CHECK(message("selectors: [{name: a, definition: {union: [{exclude: [a]}, {exclude: [b]}]}}]")
            .find("several") != std::string::npos);
  CHECK(message("selectors: [{name: a, definition: [a]}]").find("a definition is") !=
        std::string::npos);
  CHECK(message("selectors: [{name: a, definition: '@a+'}]").find("prefix `@`") !=
        std::string::npos);
  CHECK(message("selectors: [{name: a, definition: b, default: true},"
                " {name: c, definition: d, default: true}]")
            .find("`a` and `c` are both the default") != std::string::npos);
}

}  // namespace
}  // namespace weft::select
