#include "base/json.h"

#include <cmath>

#include <catch2/catch.hpp>

namespace weft::base {
namespace {

Data parsed(std::string_view text) {
  auto result = parse_json(text);
  if (auto* error = std::get_if<JsonError>(&result))
    FAIL(text << ": " << error->message << " at " << error->offset);
  return std::get<Data>(result);
}

JsonError failure(std::string_view text) {
  auto result = parse_json(text);
  REQUIRE(std::holds_alternative<JsonError>(result));
  return std::get<JsonError>(result);
}

}  // namespace

TEST_CASE("JSON is written as json.dumps writes it") {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("a", int64_t{1});
  json.key("b");
  json.begin_array();
  json.value(1.0);
  json.null();
  json.value(true);
  json.begin_object();
  json.end_object();
  json.end_array();
  json.member("c", "x");
  json.end_object();
  CHECK(out == R"({"a": 1, "b": [1.0, null, true, {}], "c": "x"})");
  CHECK(to_json(DataMap{{"n", std::nan("")}, {"l", DataList{}}}) == R"({"n": NaN, "l": []})");
}

TEST_CASE("JSON strings are escaped") {
  CHECK(to_json("a\"\\\n\x01\x7f/é") == "\"a\\\"\\\\\\n\\u0001\x7f/é\"");
  CHECK(to_json("é\U0001f600\x7f", true) == R"("\u00e9\ud83d\ude00\u007f")");
  // Broken bytes must not break the artifact.
  CHECK(to_json("a\xff"
                "b") ==
        "\"a\xef\xbf\xbd"
        "b\"");
}

TEST_CASE("JSON is read") {
  CHECK(parsed(R"( {"a": [1, -2.5e2, "x\u00e9\ud83d\ude00\n"], "a2": null} )") ==
        Data(DataMap{{"a", DataList{1, -250.0, "xé\U0001f600\n"}}, {"a2", nullptr}}));
  CHECK(parsed("\xef\xbb\xbf[]").as_list().empty());
  CHECK(parsed("12345678901234567890").is_float());
  CHECK(parsed("[1.0]").as_list()[0].is_float());
  CHECK(parsed(R"({"k": 1, "k": 2})").get("k")->as_int() == 2);
  CHECK(std::isnan(parsed("NaN").as_float()));
  CHECK(parsed(R"("\ud83d")").as_string() == "\xef\xbf\xbd");
}

TEST_CASE("broken JSON names the place") {
  CHECK(failure("").message == "the text ends where a value is expected");
  CHECK(failure("[1, 2").offset == 5);
  CHECK(failure("[1] x").offset == 4);
  CHECK(failure("{\"a\" 1}").message == "`:` is expected after a key");
  CHECK(failure("{a: 1}").message == "a quoted key is expected here");
  CHECK(failure("\"a\nb\"").message == "a control character stands in a string");
  CHECK(failure("[01]").offset == 1);
  CHECK(failure("[1,]").offset == 3);
  CHECK(failure("\"\xff\"").message == "the text is not UTF-8");
}

TEST_CASE("deep JSON is refused, not a crash") {
  CHECK(failure(std::string(100'000, '[')).message == "nesting is deeper than 500");
  parsed(std::string(500, '[') + std::string(500, ']'));
}

}  // namespace weft::base
