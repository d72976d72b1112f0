#include "manifest/json_text.h"

#include <limits>
#include <random>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "manifest/data_tree.h"

namespace weft::manifest {
namespace {

std::string text(std::string_view value) {
  std::string out;
  JsonText(out).text(value);
  return out;
}

TEST_CASE("strings are those of the careful writer, wherever the odd byte stands") {
  std::mt19937 random(3);
  for (int byte = 0; byte < 256; ++byte)
    for (size_t length = 1; length < 20; ++length) {
      std::string value(length, 'x');
      value[random() % length] = static_cast<char>(byte);
      std::string expected;
      base::append_json_string(expected, value, true);
      CHECK(text(value) == expected);
    }
}

TEST_CASE("values as Python spells them") {
  std::string out;
  JsonText json(out);
  json.open_list();
  json.integer(-9223372036854775807 - 1);
  json.real(1);
  json.real(1e22);
  json.null();
  json.boolean(false);
  json.data(base::DataMap{{"a\"", base::DataList{}}, {"b", base::DataMap{}}});
  json.close_list();
  CHECK(out == R"([-9223372036854775808, 1.0, 1e+22, null, false, {"a\"": [], "b": {}}])");
}

TEST_CASE("a number is spelled as itself, whatever stood before it") {
  std::string out;
  JsonText json(out);
  json.open_list();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (double value : {0.0, -0.0, 0.0, 1.5, 1.5, kInfinity, 1.5, -kInfinity, 2.0})
    json.real(value);
  json.real(std::numeric_limits<double>::quiet_NaN());
  json.close_list();
  CHECK(out == "[0.0, -0.0, 0.0, 1.5, 1.5, Infinity, 1.5, -Infinity, 2.0, NaN]");
}

TEST_CASE("the tree has what was told to it") {
  DataTree tree;
  tree.open_map();
  tree.key("a");
  tree.open_list();
  tree.integer(1);
  tree.open_map();
  tree.close_map();
  tree.close_list();
  tree.key("b");
  tree.text("x");
  tree.close_map();
  CHECK(base::to_json(tree.take()) == R"({"a": [1, {}], "b": "x"})");
}

}  // namespace
}  // namespace weft::manifest
