// Filters of numbers.
#include <cmath>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/complex.h"
#include "jinja/datetime.h"
#include "jinja/decimal.h"
#include "jinja/engine.h"
#include "jinja/filters.h"
#include "jinja/float_text.h"
#include "jinja/number_text.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"

namespace weft::jinja {
namespace {

Value absolute(Interpreter& interpreter, const Arguments& arguments, void*) {
  expect_count(interpreter, "abs", arguments, 1, 1);
  const Value& value = arguments.positional[0];
  switch (value.kind()) {
    case Kind::Bool:
    case Kind::Int:
    case Kind::BigInt:
      return integer_absolute(value);
    case Kind::Float:
      return Value::floating(std::abs(value.as_float()));
    case Kind::Decimal:
      return decimal_absolute(value);
    case Kind::TimeDelta:
      return value.as_time_delta().days < 0 ? negate(interpreter, value) : value;
    default:
      if (std::optional<Value> size = complex_absolute(value)) {
        return *size;
      }
      interpreter.raise("TypeError",
                        fmt::format("bad operand type for abs(): '{}'", value.type_name()));
  }
}

Value to_int(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, fallback, base_given] =
      bind<3>(interpreter, "do_int", arguments, {"value", "default", "base"}, 1);
  ConversionError error;
  if (value->is_string()) {
    std::optional<Value> number;
    if (!base_given || base_given->is_integer()) {
      int64_t base = base_given ? to_clamped_index(interpreter, *base_given) : 10;
      number = parse_python_int(value->as_string(), base);
    }
    if (number) {
      return *number;
    }
  } else {
    if (std::optional<Value> number = to_integer(interpreter, *value, error)) {
      return *number;
    }
    if (error.type == "OverflowError") {
      interpreter.raise(error.type, error.message);
    }
  }
  std::optional<double> d = to_double(interpreter, *value, error);
  if (d && std::isfinite(*d)) {
    return integer_from_double(*d);
  }
  return fallback ? *fallback : Value::integer(0);
}

Value to_float(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, fallback] = bind<2>(interpreter, "do_float", arguments, {"value", "default"}, 1);
  ConversionError error;
  if (std::optional<double> d = to_double(interpreter, *value, error)) {
    return Value::floating(*d);
  }
  if (error.type == "OverflowError") {
    interpreter.raise(error.type, error.message);
  }
  return fallback ? *fallback : Value::floating(0);
}

[[noreturn]] void raise_not_finite(Interpreter& interpreter, bool is_nan, std::string_view kind) {
  interpreter.raise(is_nan ? "ValueError" : "OverflowError",
                    is_nan ? fmt::format("cannot convert {}NaN to integer", kind)
                           : fmt::format("cannot convert {}infinity to integer", kind));
}

Value round_integer(Interpreter& interpreter, const Value& value, const Value& digits) {
  if (digits.is_none() || integer_sign(digits) >= 0) {
    return integer_add(value, Value::integer(0));
  }
  int64_t n = to_clamped_index(interpreter, digits);
  // More digits than the number has round to zero; a tenth of the bits bounds the digits.
  if (n < -static_cast<int64_t>(integer_bits(value)) - 1) {
    return Value::integer(0);
  }
  charge_bytes(interpreter, static_cast<uint64_t>(-n));
  return integer_round(value, static_cast<uint64_t>(-n));
}

Value round_double(Interpreter& interpreter, double d, const Value& digits) {
  if (digits.is_none()) {
    if (!std::isfinite(d)) {
      raise_not_finite(interpreter, std::isnan(d), "float ");
    }
    return integer_from_double(std::nearbyint(d));
  }
  int64_t n = std::clamp<int64_t>(to_clamped_index(interpreter, digits), -400, 400);
  double rounded = round_float(d, static_cast<int>(n));
  if (std::isinf(rounded) && std::isfinite(d)) {
    interpreter.raise("OverflowError", "rounded value too large to represent");
  }
  return Value::floating(rounded);
}

/// round(value, digits) of Python; digits may be none.
Value rounded(Interpreter& interpreter, const Value& value, const Value& digits) {
  if (!digits.is_none() && !digits.is_integer()) {
    if (value.is_number()) {
      interpreter.raise("TypeError", fmt::format("'{}' object cannot be interpreted as an integer",
                                                 digits.type_name()));
    }
  }
  switch (value.kind()) {
    case Kind::Bool:
    case Kind::Int:
    case Kind::BigInt:
      return round_integer(interpreter, value, digits);
    case Kind::Float:
      return round_double(interpreter, value.as_float(), digits);
    case Kind::Decimal: {
      std::optional<Value> result =
          digits.is_none()
              ? decimal_to_integral(value, Rounding::HalfEven)
              : decimal_quantize(value, -to_clamped_index(interpreter, digits), Rounding::HalfEven);
      if (!result) {
        if (digits.is_none()) {
          raise_not_finite(interpreter, decimal_is_nan(value), "");
        }
        if (decimal_is_nan(value)) {
          return value;
        }
        interpreter.raise("InvalidOperation", "[<class 'decimal.InvalidOperation'>]");
      }
      return *result;
    }
    default:
      interpreter.raise("TypeError",
                        fmt::format("type {} doesn't define __round__ method", value.type_name()));
  }
}

/// math.floor and math.ceil.
Value to_whole(Interpreter& interpreter, const Value& value, bool up) {
  switch (value.kind()) {
    case Kind::Bool:
    case Kind::Int:
    case Kind::BigInt:
      return value;
    case Kind::Float: {
      double d = value.as_float();
      if (!std::isfinite(d)) {
        raise_not_finite(interpreter, std::isnan(d), "float ");
      }
      return integer_from_double(up ? std::ceil(d) : std::floor(d));
    }
    case Kind::Decimal: {
      std::optional<Value> whole =
          decimal_to_integral(value, up ? Rounding::Ceiling : Rounding::Floor);
      if (!whole) {
        raise_not_finite(interpreter, decimal_is_nan(value), "");
      }
      return *whole;
    }
    default:
      interpreter.raise("TypeError", fmt::format("must be real number, not {}", value.type_name()));
  }
}

Value round_filter(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, precision_given, method_given] =
      bind<3>(interpreter, "do_round", arguments, {"value", "precision", "method"}, 1);
  Value precision = precision_given ? *precision_given : Value::integer(0);
  std::string_view method = !method_given               ? "common"
                            : method_given->is_string() ? method_given->as_string()
                                                        : "";
  if (method_given) {
    require_hashable(interpreter, *method_given);
  }
  if (method == "common") {
    return rounded(interpreter, *value, precision);
  }
  if (method != "ceil" && method != "floor") {
    interpreter.raise("FilterArgumentError", "method must be common, ceil or floor");
  }
  Value unit = binary(interpreter, BinaryOp::Power, Value::integer(10), precision);
  Value scaled = binary(interpreter, BinaryOp::Multiply, *value, unit);
  return binary(interpreter, BinaryOp::Divide, to_whole(interpreter, scaled, method == "ceil"),
                unit);
}

Value filesizeformat(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, binary_given] =
      bind<2>(interpreter, "do_filesizeformat", arguments, {"value", "binary"}, 1);
  ConversionError error;
  std::optional<double> size = to_double(interpreter, *value, error);
  if (!size) {
    interpreter.raise(error.type, error.message);
  }
  bool is_binary = binary_given && truth(interpreter, *binary_given);
  double base = is_binary ? 1024 : 1000;
  if (*size == 1) {
    return Value::string("1 Byte");
  }
  if (*size < base) {
    if (!std::isfinite(*size)) {
      raise_not_finite(interpreter, false, "float ");
    }
    return Value::string(integer_from_double(*size).str() + " Bytes");
  }
  double unit = base;
  std::string_view letters = is_binary ? "KMGTPEZY" : "kMGTPEZY";
  for (size_t i = 0; i < letters.size(); ++i) {
    unit *= base;
    if (*size < unit || i + 1 == letters.size()) {
      double shown = base * *size / unit;
      std::string digits = std::isfinite(shown) ? float_fixed(shown, 1) : float_repr(shown);
      return Value::string(fmt::format("{} {}{}", digits, letters[i], is_binary ? "iB" : "B"));
    }
  }
  return Value::none();
}

}  // namespace

void add_number_filters(Environment& environment) {
  environment.add_filter("abs", absolute);
  environment.add_filter("int", to_int);
  environment.add_filter("float", to_float);
  environment.add_filter("round", round_filter);
  environment.add_filter("filesizeformat", filesizeformat);
}

}  // namespace weft::jinja
