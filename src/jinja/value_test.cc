#include "jinja/value.h"

#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/characters.h"
#include "jinja/datetime.h"
#include "jinja/float_text.h"
#include "jinja/json_values.h"
#include "jinja/ordered_table.h"
#include "jinja/text.h"
#include "jinja/wrapping.h"

namespace weft::jinja {
namespace {

TEST_CASE("texts of every length come out of their handle as they went in") {
  const std::string letters = "aZ09\x7f~ @[`{bcdefghijk";
  for (size_t size = 0; size <= letters.size(); ++size) {
    for (size_t begin = 0; begin + size <= letters.size(); ++begin) {
      std::string text = letters.substr(begin, size);
      Value value = Value::string(text);
      CHECK(value.as_string() == text);
      CHECK(value.is_ascii());
      CHECK(ValueAccess::ascii_string(text).equals(value));
    }
  }
  CHECK_FALSE(Value::string("\u00e9").is_ascii());
  for (int64_t n : {INT64_C(-1), INT64_MAX, INT64_MIN}) {
    CHECK(ValueAccess::digits_of(n).as_string() == std::to_string(n));
  }
}

TEST_CASE("numbers of every length have their digits") {
  auto check = [](int64_t n) { CHECK(ValueAccess::digits_of(n).as_string() == std::to_string(n)); };
  for (int64_t n = 0; n < 1000; ++n) {
    check(n);
  }
  for (int64_t power = 1000; power <= 10'000'000'000; power *= 10) {
    for (int64_t n :
         {power - 1, power, power + 1, power * 9, power * 9 + power / 2, power * 5 - 1}) {
      check(n);
    }
  }
  for (int64_t n = 1; n < 100'000'000; n += 98'731) {
    check(n);
  }
}

TEST_CASE("a value may be assigned itself, and what it owns") {
  Value list = Value::list({Value::string("a text that is too long for its handle")});
  Value& same = list;
  list = same;
  list = std::move(same);
  REQUIRE(list.is_list());
  list = list.at(0);
  CHECK(list.as_string() == "a text that is too long for its handle");
  list = Value::list({Value::list({Value::integer(1)})});
  list = std::move(sequence(list)[0]);
  CHECK(list.repr() == "[1]");
}

TEST_CASE("numbers of all kinds that are equal have one hash") {
  Value one = Value::integer(1);
  for (const Value& other : {Value::floating(1), Value::boolean(true), Value::decimal("1.00")}) {
    CHECK(one.equals(other));
    CHECK(one.hash() == other.hash());
  }
  Value large = Value::big_integer("36893488147419103232");
  CHECK(large.equals(Value::floating(36893488147419103232.0)));
  CHECK(large.hash() == Value::floating(36893488147419103232.0).hash());
  CHECK(Value::decimal("0.5").hash() == Value::floating(0.5).hash());
  CHECK_FALSE(Value::decimal("0.1").equals(Value::floating(0.1)));
}

TEST_CASE("a key keeps its first spelling and its place") {
  Value dict = Value::dict();
  dict.set_item(Value::integer(1), Value::string("a"));
  dict.set_item("k", Value::none());
  dict.set_item(Value::boolean(true), Value::string("c"));
  CHECK(dict.repr() == "{1: 'c', 'k': None}");
}

TEST_CASE("a large dict finds, forgets and keeps order") {
  Value dict = Value::dict();
  for (int64_t i = 0; i < 5000; ++i) {
    dict.set_item(Value::integer(i * 64), Value::integer(i));
  }
  for (int64_t i = 0; i < 5000; i += 2) {
    REQUIRE(dict.erase(Value::integer(i * 64)));
  }
  CHECK(dict.size() == 2500);
  CHECK(dict.find(Value::integer(64))->as_int() == 1);
  CHECK(dict.find(Value::integer(128)) == nullptr);
  CHECK(dict.key_at(1).as_int() == 3 * 64);
  while (dict.size() > 0) {
    REQUIRE(dict.erase(Value(dict.key_at(dict.size() - 1))));
  }
  CHECK(dict.repr() == "{}");
}

TEST_CASE("floats print as Python's repr") {
  CHECK(float_repr(1e16) == "1e+16");
  CHECK(float_repr(123456789012345680.0) == "1.2345678901234568e+17");
  CHECK(float_repr(0.0001) == "0.0001");
  CHECK(float_repr(0.00001) == "1e-05");
  CHECK(float_repr(-0.0) == "-0.0");
  CHECK(float_repr(100.0) == "100.0");
  CHECK(round_float(2.675, 2) == 2.67);
  CHECK(round_float(25.0, -1) == 20.0);
  CHECK(round_float(2.5, 0) == 2.0);
}

TEST_CASE("integers leave 64 bits without a seam") {
  Value edge = Value::integer(INT64_MAX);
  CHECK(integer_add(edge, Value::integer(1)).str() == "9223372036854775808");
  CHECK(integer_subtract(integer_add(edge, Value::integer(1)), Value::integer(1)).kind() ==
        Kind::Int);
  CHECK(integer_floor_divide(Value::integer(-7), Value::integer(2)).as_int() == -4);
  CHECK(integer_modulo(Value::integer(-7), Value::integer(2)).as_int() == 1);
  CHECK(integer_floor_divide(Value::integer(INT64_MIN), Value::integer(-1)).str() ==
        "9223372036854775808");
  CHECK(*integer_true_divide(integer_power_of_ten(400), integer_power_of_ten(399)) == 10.0);
  CHECK_FALSE(integer_true_divide(integer_power_of_ten(400), Value::integer(1)));
}

TEST_CASE("strings count code points and keep lone surrogates") {
  CHECK(Value::string("n\u00e4ive caf\u00e9 \u65e5\u672c").text_length() == 13);
  CHECK(Value::string("\xed\xa0\x80").repr() == "'\\ud800'");
  CHECK(Value::string("it's").repr() == "\"it's\"");
  CHECK(Value::string("\u00a0\u200b\x7f").repr() == "'\\xa0\\u200b\\x7f'");
  CHECK(Value::markup("<b>").repr() == "Markup('<b>')");
}

TEST_CASE("case mappings are full") {
  CHECK(to_upper_case("stra\u00dfe \ufb01") == "STRASSE FI");
  CHECK(to_lower_case("\u039f\u03a3 \u03a3") == "\u03bf\u03c2 \u03c3");
  CHECK(to_title_case("it's \u01c6") == "It'S \u01c5");
  CHECK(to_case_folded("\u00df") == "ss");
}

TEST_CASE("a container inside of itself prints and dies") {
  Value list = Value::list();
  list.append(list);
  CHECK(list.repr() == "[[...]]");
  CHECK(list.equals(list));
  // The cycle is the test's own: counted references do not free it.
  Value item = Value::none();
  const_cast<Value&>(list.at(0)) = item;
}

TEST_CASE("a list a million deep is destroyed without a stack to match") {
  Value list = Value::list();
  for (int i = 0; i < 1000000; ++i) {
    list = Value::list({std::move(list)});
  }
  CHECK(list.size() == 1);
}

TEST_CASE("calendar values print as Python's") {
  CHECK(Value::date_time(*parse_date_time("2024-02-29T13:05:09.250000+02:00")).str() ==
        "2024-02-29 13:05:09.250000+02:00");
  CHECK(Value::time_delta(*make_delta(0, -1)).str() == "-1 day, 23:59:59.999999");
  CHECK(format_moment("%G-W%V-%u %j %-d", {{2021, 1, 3}, {}, {}, {}}) == "2020-W53-7 003 3");
  CHECK_FALSE(parse_date("2023-02-29"));
}

TEST_CASE("JSON is read and written as Python's") {
  auto read = from_json_text(R"({"b": [1, 2.50, "\ud83d\ude00"], "a": 12345678901234567890})");
  JsonStyle style;
  style.sort_keys = true;
  CHECK(std::get<std::string>(to_json_text(std::get<Value>(read), style)) ==
        R"({"a": 12345678901234567890, "b": [1, 2.5, "\ud83d\ude00"]})");
  auto failure = std::get<JsonFailure>(from_json_text("{\"a\": 1,}"));
  CHECK(failure.message ==
        "Expecting property name enclosed in double quotes: line 1 column 9 (char 8)");
  Value date = Value::date({2024, 1, 31});
  CHECK(std::get<JsonFailure>(to_json_text(date)).message ==
        "Object of type date is not JSON serializable");
}

TEST_CASE("immortal handles count nothing") {
  std::vector<Value> owners;
  Value text =
      Value::immortal(Value::tuple({Value::string("a text that does not fit a handle")}), owners);
  {
    Value copy = text;
    Value item = copy.at(0);
    CHECK(item.as_string() == "a text that does not fit a handle");
  }
  CHECK(text.at(0).text_length() == 33);
}

TEST_CASE("lines wrap at blanks and hyphens") {
  WrapStyle style;
  style.width = 8;
  CHECK(wrap_line("well-known --dash and loooooooong", style) ==
        std::vector<std::string>{"well-", "known", "--dash", "and looo", "ooooong"});
}

}  // namespace
}  // namespace weft::jinja
