#include <cmath>

#include <catch2/catch.hpp>

#include "yaml/document.h"

namespace weft::yaml {

using base::DataList;
using base::DataMap;

// The expected texts are those of PyYAML 6's safe_dump(value, sort_keys=False).

TEST_CASE("collections are dumped in block style") {
  CHECK(dump(DataMap{{"packages", DataList{DataMap{{"git", "u"}, {"revision", "v1"}}, 2}},
                     {"none", nullptr},
                     {"empty", DataList{}},
                     {"map", DataMap{{"x", DataMap{}}}}}) ==
        "packages:\n- git: u\n  revision: v1\n- 2\nnone: null\nempty: []\nmap:\n  x: {}\n");
  CHECK(dump(DataList{DataList{1, DataList{2}}, DataMap{{"a", DataList{3}}}}) ==
        "- - 1\n  - - 2\n- a:\n  - 3\n");
  CHECK(dump(DataMap{{"b", 1}, {"a", 2}}, true) == "a: 2\nb: 1\n");
}

TEST_CASE("scalars at the top are closed") {
  CHECK(dump(nullptr) == "null\n...\n");
  CHECK(dump("text") == "text\n...\n");
  CHECK(dump("12") == "'12'\n");
  CHECK(dump(1e16) == "1.0e+16\n...\n");
  CHECK(dump(-HUGE_VAL) == "-.inf\n...\n");
  CHECK(dump(DataMap{}) == "{}\n");
}

TEST_CASE("strings get the quotes that they need") {
  auto value = [](const char* text) {
    std::string out = dump(DataMap{{"k", text}});
    return out.substr(3, out.size() - 4);
  };
  CHECK(value("plain text") == "plain text");
  CHECK(value("yes") == "'yes'");
  CHECK(value("2020-01-01") == "'2020-01-01'");
  CHECK(value("it's: so") == "'it''s: so'");
  CHECK(value("{{ x }}") == "'{{ x }}'");
  CHECK(value("a\nb") == "'a\n\n  b'");
  CHECK(value("a\n b") == "\"a\\n b\"");
  CHECK(value("é\t\x1b") == "\"\\xE9\\t\\e\"");
  CHECK(value("") == "''");
  CHECK(value(" x ") == "' x '");
}

TEST_CASE("long texts are folded at blanks") {
  std::string words;
  for (int i = 0; i < 20; ++i)
    words += i == 0 ? "words" : " words";
  CHECK(dump(DataMap{{"k", words}}) ==
        "k: words words words words words words words words words words words words words words\n"
        "  words words words words words words\n");
}

}  // namespace weft::yaml
