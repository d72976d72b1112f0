#include "jinja/number_text.h"

#include <cmath>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/characters.h"
#include "jinja/decimal.h"
#include "jinja/engine.h"
#include "jinja/float_text.h"
#include "jinja/ops.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

constexpr size_t kMostDigits = 4300;

/// Text without blanks at its ends, with decimal digits of any script as ASCII ones.
std::string ascii_digits(std::string_view text) {
  text = strip_space(text);
  if (is_ascii_text(text)) {
    return std::string(text);
  }
  std::string out;
  for (size_t at = 0; at < text.size();) {
    char32_t c = next_code_point(text, at);
    if (has_flag(c, kDecimalDigit)) {
      out += static_cast<char>('0' + digit_value(c));
    } else {
      append_code_point(out, c);
    }
  }
  return out;
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Takes out underscores that stand between two digits; nothing when one does not.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_alnum(text[i - 1]) || !is_alnum(text[i + 1])) {
      return std::nullopt;
    }
  }
  return out;
}

int base_of_prefix(std::string_view digits) {
  if (digits.size() < 2 || digits[0] != '0') {
    return 0;
  }
  switch (digits[1] | 0x20) {
    case 'x':
      return 16;
    case 'o':
      return 8;
    case 'b':
      return 2;
    default:
      return 0;
  }
}

}  // namespace

std::optional<Value> parse_python_int(std::string_view text, int64_t base) {
  if (base != 0 && (base < 2 || base > 36)) {
    return std::nullopt;
  }
  std::string clean = ascii_digits(text);
  std::string_view digits = clean;
  bool is_negative = false;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) {
    is_negative = digits[0] == '-';
    digits.remove_prefix(1);
  }
  int prefix = base_of_prefix(digits);
  if (prefix != 0 && (base == 0 || base == prefix)) {
    digits.remove_prefix(2);
    // One underscore may follow the prefix.
    if (digits.starts_with('_')) {
      digits.remove_prefix(1);
    }
    base = prefix;
  } else if (base == 0) {
    bool is_zero = digits.find_first_not_of("0_") == std::string_view::npos;
    if (digits.starts_with('0') && !is_zero) {
      return std::nullopt;
    }
    base = 10;
  }
  std::optional<std::string> bare = without_underscores(digits);
  if (!bare || (bare->size() > kMostDigits && (base & (base - 1)) != 0)) {
    return std::nullopt;
  }
  std::optional<Value> number = parse_integer(*bare, static_cast<int>(base));
  return number && is_negative ? integer_negate(*number) : number;
}

std::optional<double> parse_python_float(std::string_view text) {
  std::string clean = ascii_digits(text);
  if (clean.find('_') == std::string::npos) {
    return parse_float_text(clean);
  }
  for (size_t i = 0; i < clean.size(); ++i) {
    auto is_digit = [&](size_t at) {
      return at < clean.size() && clean[at] >= '0' && clean[at] <= '9';
    };
    if (clean[i] == '_' && (i == 0 || !is_digit(i - 1) || !is_digit(i + 1))) {
      return std::nullopt;
    }
  }
  std::erase(clean, '_');
  return parse_float_text(clean);
}

std::optional<Value> to_integer(Interpreter& interpreter, const Value& value,
                                ConversionError& error) {
  switch (value.kind()) {
    case Kind::Bool:
      return Value::integer(value.as_int());
    case Kind::Int:
    case Kind::BigInt:
      return value;
    case Kind::Float: {
      double d = value.as_float();
      if (std::isnan(d)) {
        error = {"ValueError", "cannot convert float NaN to integer"};
        return std::nullopt;
      }
      if (std::isinf(d)) {
        error = {"OverflowError", "cannot convert float infinity to integer"};
        return std::nullopt;
      }
      return integer_from_double(d);
    }
    case Kind::Decimal:
      if (std::optional<Value> whole = decimal_to_integer(value)) {
        return whole;
      }
      error = decimal_is_nan(value)
                  ? ConversionError{"ValueError", "cannot convert NaN to integer"}
                  : ConversionError{"OverflowError", "cannot convert Infinity to integer"};
      return std::nullopt;
    case Kind::String:
    case Kind::Markup:
      if (std::optional<Value> number = parse_python_int(value.as_string(), 10)) {
        return number;
      }
      error = {"ValueError",
               "invalid literal for int() with base 10: " + repr_text(value.as_string())};
      return std::nullopt;
    case Kind::Undefined:
      raise_undefined(interpreter, value);
    default:
      error = {"TypeError",
               fmt::format("int() argument must be a string, a bytes-like object or a real number, "
                           "not '{}'",
                           value.type_name())};
      return std::nullopt;
  }
}

std::optional<double> to_double(Interpreter& interpreter, const Value& value,
                                ConversionError& error) {
  switch (value.kind()) {
    case Kind::Bool:
    case Kind::Int:
    case Kind::BigInt: {
      double d = integer_to_double(value);
      if (std::isinf(d)) {
        error = {"OverflowError", "int too large to convert to float"};
        return std::nullopt;
      }
      return d;
    }
    case Kind::Float:
      return value.as_float();
    case Kind::Decimal:
      return decimal_to_double(value);
    case Kind::String:
    case Kind::Markup:
      if (std::optional<double> number = parse_python_float(value.as_string())) {
        return number;
      }
      error = {"ValueError", "could not convert string to float: " + repr_text(value.as_string())};
      return std::nullopt;
    case Kind::Undefined:
      raise_undefined(interpreter, value);
    default:
      error = {"TypeError",
               fmt::format("float() argument must be a string or a real number, not '{}'",
                           value.type_name())};
      return std::nullopt;
  }
}

}  // namespace weft::jinja
