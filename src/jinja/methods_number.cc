// Methods of int, float and Decimal.
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/bytes.h"
#include "jinja/cells.h"
#include "jinja/decimal.h"
#include "jinja/engine.h"
#include "jinja/methods.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"

namespace weft::jinja {
namespace {

Value bit_length(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "int.bit_length", arguments, 0, 0);
  return Value::integer(static_cast<int64_t>(integer_bits(self)));
}

Value bit_count(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "int.bit_count", arguments, 0, 0);
  return Value::integer(static_cast<int64_t>(integer_ones(self)));
}

Value integer_itself(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "int.conjugate", arguments, 0, 0);
  return integer_add(self, Value::integer(0));
}

Value integer_ratio(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "int.as_integer_ratio", arguments, 0, 0);
  return Value::tuple({integer_add(self, Value::integer(0)), Value::integer(1)});
}

Value to_bytes(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto [length_given, order_given, is_signed] =
      bind<3>(interpreter, "to_bytes", arguments, {"length", "byteorder", "signed"}, 0);
  int64_t length = length_given ? to_index(interpreter, *length_given) : 1;
  std::string_view order =
      order_given ? to_text_argument(interpreter, "to_bytes()", *order_given) : "big";
  if (length < 0) {
    interpreter.raise("ValueError", "length argument must be non-negative");
  }
  charge_bytes(interpreter, static_cast<uint64_t>(length));
  if (integer_sign(self) < 0 && !(is_signed && truth(interpreter, *is_signed))) {
    interpreter.raise("OverflowError", "can't convert negative int to unsigned");
  }
  Value number = self;
  if (integer_sign(self) < 0) {
    number = integer_add(self, integer_power(Value::integer(256), static_cast<uint64_t>(length)));
  }
  std::string digits = integer_sign(number) == 0 ? "" : integer_digits(number, 16);
  digits.insert(0, digits.size() % 2, '0');
  auto size = static_cast<size_t>(length);
  if (digits.size() / 2 > size || integer_sign(number) < 0) {
    interpreter.raise("OverflowError", "int too big to convert");
  }
  std::string bytes(size - digits.size() / 2, '\0');
  for (size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  if (order == "little") {
    bytes = {bytes.rbegin(), bytes.rend()};
  } else if (order != "big") {
    interpreter.raise("ValueError", "byteorder must be either 'little' or 'big'");
  }
  return Value::object(new BytesObject(std::move(bytes)));
}

Value is_integer(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "float.is_integer", arguments, 0, 0);
  double d = self.as_float();
  return Value::boolean(std::isfinite(d) && std::floor(d) == d);
}

Value float_itself(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "float.conjugate", arguments, 0, 0);
  return self;
}

/// 0x1.8p+1 as Python writes it: always 13 hexadecimal digits.
Value hex(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "float.hex", arguments, 0, 0);
  double d = self.as_float();
  if (!std::isfinite(d)) {
    return Value::string(self.str());
  }
  auto bits = std::bit_cast<uint64_t>(d);
  uint64_t mantissa = bits & ((uint64_t{1} << 52) - 1);
  auto exponent = static_cast<int>((bits >> 52) & 0x7ff);
  std::string sign = bits >> 63 ? "-" : "";
  if (d == 0) {
    return Value::string(sign + "0x0.0p+0");
  }
  return Value::string(fmt::format("{}0x{}.{:013x}p{:+d}", sign, exponent ? 1 : 0, mantissa,
                                   exponent ? exponent - 1023 : -1022));
}

Value float_ratio(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "float.as_integer_ratio", arguments, 0, 0);
  double d = self.as_float();
  if (!std::isfinite(d)) {
    interpreter.raise(
        std::isnan(d) ? "ValueError" : "OverflowError",
        fmt::format("cannot convert {} to integer ratio", std::isnan(d) ? "NaN" : "Infinity"));
  }
  int exponent = 0;
  double fraction = std::frexp(d, &exponent);
  auto mantissa = static_cast<int64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  while (mantissa != 0 && mantissa % 2 == 0 && exponent < 0) {
    mantissa /= 2;
    ++exponent;
  }
  Value unit = integer_power(Value::integer(2), static_cast<uint64_t>(std::abs(exponent)));
  if (mantissa == 0) {
    return Value::tuple({Value::integer(0), Value::integer(1)});
  }
  return exponent >= 0
             ? Value::tuple({integer_multiply(Value::integer(mantissa), unit), Value::integer(1)})
             : Value::tuple({Value::integer(mantissa), unit});
}

Rounding rounding_named(Interpreter& interpreter, const Value* name) {
  if (!name || name->is_none()) {
    return Rounding::HalfEven;
  }
  constexpr std::pair<std::string_view, Rounding> kNames[] = {
      {"ROUND_HALF_EVEN", Rounding::HalfEven}, {"ROUND_HALF_UP", Rounding::HalfUp},
      {"ROUND_HALF_DOWN", Rounding::HalfDown}, {"ROUND_UP", Rounding::Up},
      {"ROUND_DOWN", Rounding::Down},          {"ROUND_CEILING", Rounding::Ceiling},
      {"ROUND_FLOOR", Rounding::Floor}};
  for (const auto& [known, rounding] : kNames) {
    if (name->is_string() && name->as_string() == known) {
      return rounding;
    }
  }
  interpreter.raise("TypeError",
                    "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, "
                    "ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   "
                    "ROUND_05UP]");
}

Value quantize(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto [unit, rounding] = bind<2>(interpreter, "quantize", arguments, {"exp", "rounding"}, 1);
  Value exponent = *unit;
  if (unit->is_integer()) {
    exponent = decimal_from_integer(*unit);
  } else if (unit->kind() != Kind::Decimal) {
    interpreter.raise("TypeError", fmt::format("conversion from {} to Decimal is not supported",
                                               unit->type_name()));
  }
  std::optional<Value> result = decimal_quantize(self, decimal_parts(exponent).exponent,
                                                 rounding_named(interpreter, rounding));
  if (!result) {
    interpreter.raise("InvalidOperation", "[<class 'decimal.InvalidOperation'>]");
  }
  return *result;
}

Value to_integral_value(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto [rounding] = bind<1>(interpreter, "to_integral_value", arguments, {"rounding"}, 0);
  if (decimal_is_nan(self) || decimal_is_infinite(self) || decimal_parts(self).exponent >= 0) {
    return self;
  }
  return decimal_quantize(self, 0, rounding_named(interpreter, rounding)).value_or(self);
}

template <bool (*Ask)(const Value&)>
Value asks(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "Decimal method", arguments, 0, 0);
  return Value::boolean(Ask(self));
}

bool is_finite(const Value& x) { return !decimal_is_nan(x) && !decimal_is_infinite(x); }

template <Value (*Map)(const Value&)>
Value maps(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "Decimal method", arguments, 0, 0);
  return Map(self);
}

Value itself(const Value& x) { return x; }

Value adjusted(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "adjusted", arguments, 0, 0);
  DecimalParts parts = decimal_parts(self);
  return Value::integer(parts.exponent + static_cast<int64_t>(parts.digits.size()) - 1);
}

Value as_tuple(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "as_tuple", arguments, 0, 0);
  DecimalParts parts = decimal_parts(self);
  std::vector<Value> digits;
  for (char c : parts.digits) {
    digits.push_back(Value::integer(c - '0'));
  }
  return Value::tuple({Value::integer(parts.is_negative), Value::tuple(std::move(digits)),
                       Value::integer(parts.exponent)});
}

int64_t half_exponent(int64_t exponent) {
  return exponent >= 0 ? exponent / 2 : (exponent - 1) / 2;
}

Value square_root(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "sqrt", arguments, 0, 0);
  if (decimal_is_zero(self)) {
    DecimalParts zero = decimal_parts(self);
    zero.exponent = half_exponent(zero.exponent);
    return decimal_from_parts(zero);
  }
  DecimalError error;
  std::optional<Value> root = decimal_binary(DecimalOp::Power, self, Value::decimal("0.5"), error);
  if (!root) {
    interpreter.raise(error.type, std::string(error.message));
  }
  Value exact = decimal_normalize(*root);
  std::optional<Value> square = decimal_binary(DecimalOp::Multiply, exact, exact, error);
  if (!square || decimal_compare(*square, self) != 0) {
    return *root;
  }
  // An exact root has half of the exponent, as far as its digits allow.
  int64_t half = half_exponent(decimal_parts(self).exponent);
  return decimal_quantize(exact, std::min(half, decimal_parts(exact).exponent), Rounding::HalfEven)
      .value_or(exact);
}

}  // namespace

const MethodTable& integer_methods() {
  static const MethodTable table = {
      {"bit_length", bit_length},          {"bit_count", bit_count},
      {"conjugate", integer_itself},       {"to_bytes", to_bytes},
      {"as_integer_ratio", integer_ratio},
  };
  return table;
}

const MethodTable& float_methods() {
  static const MethodTable table = {
      {"is_integer", is_integer},
      {"conjugate", float_itself},
      {"hex", hex},
      {"as_integer_ratio", float_ratio},
  };
  return table;
}

const MethodTable& decimal_methods() {
  static const MethodTable table = {
      {"quantize", quantize},
      {"to_integral_value", to_integral_value},
      {"to_integral", to_integral_value},
      {"is_nan", asks<decimal_is_nan>},
      {"is_infinite", asks<decimal_is_infinite>},
      {"is_finite", asks<is_finite>},
      {"is_zero", asks<decimal_is_zero>},
      {"is_signed", asks<decimal_is_negative>},
      {"normalize", maps<decimal_normalize>},
      {"copy_abs", maps<decimal_absolute>},
      {"copy_negate", maps<decimal_negate>},
      {"conjugate", maps<itself>},
      {"adjusted", adjusted},
      {"as_tuple", as_tuple},
      {"sqrt", square_root},
  };
  return table;
}

}  // namespace weft::jinja
