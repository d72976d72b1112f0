#include "base/strings.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "base/unicode.h"

namespace weft::base {

TEST_CASE("floats print as Python prints them") {
  CHECK(format_float(1.0) == "1.0");
  CHECK(format_float(-0.0) == "-0.0");
  CHECK(format_float(0.1) == "0.1");
  CHECK(format_float(1e16) == "1e+16");
  CHECK(format_float(1e15) == "1000000000000000.0");
  CHECK(format_float(123456789012345680.0) == "1.2345678901234568e+17");
  CHECK(format_float(0.0001) == "0.0001");
  CHECK(format_float(0.00001) == "1e-05");
  CHECK(format_float(1.5e-7) == "1.5e-07");
  CHECK(format_float(5e-324) == "5e-324");
  CHECK(format_float(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(format_float(std::nan("")) == "nan");
  CHECK(format_float(-HUGE_VAL) == "-inf");
}

TEST_CASE("numbers are read whole or not at all") {
  CHECK(parse_int("-12") == -12);
  CHECK(parse_int("+7") == 7);
  CHECK_FALSE(parse_int("+-7"));
  CHECK_FALSE(parse_int(""));
  CHECK_FALSE(parse_int("12x"));
  CHECK_FALSE(parse_int("9223372036854775808"));
  CHECK(parse_float("1e3") == 1000.0);
  CHECK(std::isinf(*parse_float("1e999")));
  CHECK_FALSE(parse_float("1.5 "));
}

TEST_CASE("splitting and joining") {
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',').size() == 1);
  CHECK(split_words("  a\t b\n") == std::vector<std::string_view>{"a", "b"});
  CHECK(trim(" \t x y\r\n") == "x y");
  CHECK(collapse_whitespace(" a \n\n b ") == "a b");
  CHECK(replace_all("aXbX", "X", "yy") == "ayybyy");
  CHECK(replace_all("a", "", "y") == "a");
  std::vector<std::string> parts{"a", "b"};
  CHECK(join(parts, ", ") == "a, b");
}

TEST_CASE("UTF-8 is checked and counted") {
  CHECK(utf8_length("aé€\U0001f600") == 4);
  CHECK(utf8_prefix("aé€x", 2) == "aé");
  CHECK_FALSE(find_invalid_utf8("aé€\U0001f600"));
  CHECK(find_invalid_utf8("ab\xff") == 2);
  CHECK(find_invalid_utf8("\xc0\xaf") == 0);
  CHECK(find_invalid_utf8("\xed\xa0\x80") == 0);
  CHECK(find_invalid_utf8("x\xe2\x82") == 1);
  CHECK(find_invalid_utf8("\xf4\x90\x80\x80") == 0);
  CHECK(display_width(U'漢') == 2);
  CHECK(display_width(U'\u0301') == 0);
  CHECK(display_width(U'é') == 1);
}

TEST_CASE("shell patterns match as fnmatchcase") {
  CHECK(matches_pattern("stg_orders", "stg_*"));
  CHECK(matches_pattern("abc", "a?c"));
  CHECK(matches_pattern("aéc", "a?c"));
  CHECK_FALSE(matches_pattern("ac", "a?c"));
  CHECK(matches_pattern("b", "[a-c]"));
  CHECK(matches_pattern("d", "[!a-c]"));
  CHECK(matches_pattern("]", "[]]"));
  CHECK(matches_pattern("a", "[!]]"));
  CHECK(matches_pattern("[x", "[x"));
  CHECK_FALSE(matches_pattern("ABC", "abc"));
  CHECK(matches_pattern("", "*"));
  CHECK(matches_pattern("axxbxxc", "a*b*c"));
  // Without care this takes exponential time.
  CHECK_FALSE(matches_pattern(std::string(5000, 'a'), "*a*a*a*a*a*a*a*a*b"));
}

TEST_CASE("the nearest name is a plausible typing error") {
  std::vector<std::string> names{"customers", "orders", "payments"};
  CHECK(nearest("custmers", names) == "customers");
  CHECK(nearest("Orders", names) == "orders");
  CHECK_FALSE(nearest("xyz", names));
  CHECK(edit_distance("ab", "ba", 5) == 1);
  CHECK(edit_distance("abc", "", 5) == 3);
  CHECK(edit_distance("abcdef", "uvwxyz", 2) == 3);
  CHECK_FALSE(nearest("a", std::vector<std::string>{"b"}));
}

}  // namespace weft::base
