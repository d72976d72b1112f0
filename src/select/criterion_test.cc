#include "select/criterion.h"

#include <random>

#include <catch2/catch.hpp>

#include "base/json.h"

namespace weft::select {
namespace {

using base::Data;
using base::DataMap;

Criterion parse(std::string_view word) {
  auto made = parse_criterion(word, IndirectSelection::Eager);
  REQUIRE(made);
  return *made;
}

TEST_CASE("a word has a method, a value and operators") {
  Criterion c = parse("2+config.meta.owner:ann+3");
  CHECK(c.method == "config");
  CHECK(c.arguments == std::vector<std::string>{"meta", "owner"});
  CHECK(c.text() == "ann");
  CHECK(c.parents_depth == 2u);
  CHECK(c.children_depth == 3u);
  c = parse("@tag:a:b");
  CHECK(c.childrens_parents);
  CHECK(c.text() == "a:b");
  CHECK_FALSE(c.parents);
}

TEST_CASE("odd words are taken apart as dbt does") {
  CHECK(parse("+").parents);
  CHECK(parse("+").text().empty());
  CHECK(parse("++a").text() == "+a");
  CHECK(parse("a+1+").text() == "a+1");
  CHECK(parse("2a").text() == "2a");
  CHECK(parse("0+a").parents_depth == 0u);
  CHECK(parse("99999999999999999999+a").parents_depth == 0xffffffffu);
  CHECK(parse("").method == "fqn");
  CHECK(parse(":x").method == "fqn");
}

TEST_CASE("without a method the value tells it") {
  CHECK(parse("models/a").method == "path");
  CHECK(parse("a.SQL").method == "file");
  CHECK(parse("a.csv+").method == "file");
  CHECK(parse("a.b").method == "fqn");
}

TEST_CASE("bad words are errors") {
  CHECK_FALSE(parse_criterion("@a+", IndirectSelection::Eager));
  CHECK_FALSE(parse_criterion("foo:a", IndirectSelection::Eager));
  CHECK_FALSE(parse_criterion("a\nb", IndirectSelection::Eager));
}

TEST_CASE("mappings of YAML") {
  auto made = criterion_from_map(DataMap{{"method", "tag"},
                                         {"value", 7},
                                         {"parents", true},
                                         {"parents_depth", "2"},
                                         {"children", true},
                                         {"children_depth", 0},
                                         {"indirect_selection", "empty"}},
                                 IndirectSelection::Eager);
  REQUIRE(made);
  CHECK(made->text() == "7");
  CHECK(made->parents_depth == 2u);
  CHECK_FALSE(made->children_depth.has_value());
  CHECK(made->indirect == IndirectSelection::Empty);
  const auto fails = [](DataMap map) {
    return !criterion_from_map(map, IndirectSelection::Eager).ok();
  };
  CHECK(fails({{"method", "tag"}}));
  CHECK(fails({{"method", "tag"}, {"value", base::DataList{"a"}}}));
  CHECK(fails({{"method", "tag"}, {"value", "a"}, {"indirect_selection", "some"}}));
  CHECK(fails({{"method", "tag"}, {"value", "a"}, {"parents_depth", "many"}}));
  CHECK(fails({{"method", "nope"}, {"value", "a"}}));
}

TEST_CASE("the expanded form of a word") {
  CHECK(base::to_json(Data(*expand_word("+rollup"))) ==
        R"({"parents": true, "method": "fqn", "value": "rollup"})");
  CHECK(base::to_json(Data(*expand_word("@1+config.a.b:c"))) ==
        R"({"childrens_parents": true, "parents": true, "parents_depth": "1", )"
        R"("method": "config.a.b", "value": "c"})");
  CHECK_FALSE(expand_word("foo:a"));
}

TEST_CASE("no word breaks the parser") {
  std::mt19937 random(7);
  const std::string_view alphabet = "@+0129:.,ab*[]/\xff\n ";
  for (int round = 0; round < 20000; ++round) {
    std::string word;
    for (size_t i = random() % 12; i > 0; --i)
      word += alphabet[random() % alphabet.size()];
    auto made = parse_criterion(word, IndirectSelection::Eager);
    if (made)
      CHECK(made->text().size() <= word.size());
  }
}

}  // namespace
}  // namespace weft::select
