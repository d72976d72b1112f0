#include "yaml/scalar.h"

#include <catch2/catch.hpp>

namespace weft::yaml {
namespace {

std::string typed(std::string_view text) {
  static const char* const kKinds[] = {"null", "bool", "int", "float", "string", "timestamp"};
  Node node;
  node.text = text;
  if (!type_plain(text, node))
    return "no date";
  return std::string(kKinds[static_cast<int>(node.kind)]) + " " + scalar_str(node);
}

}  // namespace

// Each expectation is what PyYAML's SafeLoader makes of the word.

TEST_CASE("words of YAML 1.1") {
  CHECK(typed("yes") == "bool True");
  CHECK(typed("Off") == "bool False");
  CHECK(typed("yEs") == "string yEs");
  CHECK(typed("y") == "string y");
  CHECK(typed("~") == "null None");
  CHECK(typed("NULL") == "null None");
  CHECK(typed("None") == "string None");
}

TEST_CASE("integers of YAML 1.1") {
  CHECK(typed("1_000") == "int 1000");
  CHECK(typed("017") == "int 15");
  CHECK(typed("08") == "string 08");
  CHECK(typed("0x1F") == "int 31");
  CHECK(typed("-0b101") == "int -5");
  CHECK(typed("12:30:00") == "int 45000");
  CHECK(typed("1:60") == "string 1:60");
  CHECK(typed("0x_") == "string 0x_");
  CHECK(typed("-9223372036854775808") == "int -9223372036854775808");
  CHECK(typed("9223372036854775808") == "string 9223372036854775808");
  CHECK(typed("+7") == "int 7");
}

TEST_CASE("floats of YAML 1.1") {
  CHECK(typed("1.5") == "float 1.5");
  CHECK(typed("1.") == "float 1.0");
  CHECK(typed(".5") == "float 0.5");
  CHECK(typed("-.5") == "string -.5");
  CHECK(typed("1.5e+3") == "float 1500.0");
  CHECK(typed("1.5e3") == "string 1.5e3");
  CHECK(typed("1e5") == "string 1e5");
  CHECK(typed("190:20:30.15") == "float 685230.15");
  CHECK(typed("-.INF") == "float -inf");
  CHECK(typed(".nan") == "float nan");
  CHECK(typed("1.2.3") == "string 1.2.3");
}

TEST_CASE("dates") {
  CHECK(typed("2020-01-31") == "timestamp 2020-01-31");
  CHECK(typed("2020-1-31") == "string 2020-1-31");
  CHECK(typed("2001-12-14t21:59:43.10-05:00") == "timestamp 2001-12-14 21:59:43.100000-05:00");
  CHECK(typed("2001-12-14 21:59:43Z") == "timestamp 2001-12-14 21:59:43+00:00");
  CHECK(typed("2001-12-14 1:59:43 +2") == "timestamp 2001-12-14 01:59:43+02:00");
  CHECK(typed("2001-12-14 21:59") == "string 2001-12-14 21:59");
  CHECK(typed("2020-02-30") == "no date");
  CHECK(typed("2020-01-01 24:00:00") == "no date");
}

TEST_CASE("what may be written without quotes") {
  CHECK(is_plain_string("abc"));
  for (const char* word : {"", "yes", "1", "1.5", "=", "<<", "2020-02-30", "99999999999999999999"})
    CHECK_FALSE(is_plain_string(word));
}

}  // namespace weft::yaml
