// + - * / // % ** ~ and the signs.
#include <cmath>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/complex.h"
#include "jinja/datetime.h"
#include "jinja/decimal.h"
#include "jinja/engine.h"
#include "jinja/formatting.h"
#include "jinja/iterators.h"
#include "jinja/markup.h"
#include "jinja/ops.h"
#include "jinja/set_ops.h"

namespace weft::jinja {
namespace {

std::string_view symbol(BinaryOp op) {
  switch (op) {
    case BinaryOp::Add:
      return "+";
    case BinaryOp::Subtract:
      return "-";
    case BinaryOp::Multiply:
      return "*";
    case BinaryOp::Divide:
      return "/";
    case BinaryOp::FloorDivide:
      return "//";
    case BinaryOp::Modulo:
      return "%";
    case BinaryOp::Power:
      return "** or pow()";
    default:
      return "~";
  }
}

[[noreturn]] void unsupported(Interpreter& interpreter, BinaryOp op, const Value& left,
                              const Value& right) {
  interpreter.raise("TypeError", fmt::format("unsupported operand type(s) for {}: '{}' and '{}'",
                                             symbol(op), left.type_name(), right.type_name()));
}

/// The double of an int or float; too large an int is an OverflowError.
double to_float(Interpreter& interpreter, const Value& number) {
  if (number.kind() == Kind::Float) {
    return number.as_float();
  }
  double d = integer_to_double(number);
  if (std::isinf(d)) {
    interpreter.raise("OverflowError", "int too large to convert to float");
  }
  return d;
}

/// Charges for a result of about this many bits; arithmetic on it costs more than its size.
void charge_bits(Interpreter& interpreter, size_t bits) {
  if (bits > 4096) {
    charge_bytes(interpreter, bits / 8);
    charge_steps(interpreter, bits / 4);
  }
}

Value integer_quotient(Interpreter& interpreter, const Value& left, const Value& right) {
  if (integer_sign(right) == 0) {
    interpreter.raise("ZeroDivisionError", "division by zero");
  }
  std::optional<double> quotient = integer_true_divide(left, right);
  if (!quotient) {
    interpreter.raise("OverflowError", "integer division result too large for a float");
  }
  return Value::floating(*quotient);
}

Value float_power(Interpreter& interpreter, double base, double exponent) {
  if (base == 0 && exponent < 0) {
    interpreter.raise("ZeroDivisionError", "0.0 cannot be raised to a negative power");
  }
  if (base < 0 && std::isfinite(base) && std::isfinite(exponent) &&
      std::floor(exponent) != exponent) {
    if (std::isinf(std::pow(-base, exponent))) {
      interpreter.raise("OverflowError", "complex exponentiation");
    }
    return complex_power(base, exponent);
  }
  double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent)) {
    interpreter.raise("OverflowError", "(34, 'Numerical result out of range')");
  }
  return Value::floating(result);
}

Value integer_powered(Interpreter& interpreter, const Value& base, const Value& exponent) {
  if (integer_sign(exponent) < 0) {
    return float_power(interpreter, to_float(interpreter, base), to_float(interpreter, exponent));
  }
  bool is_trivial = base.kind() != Kind::BigInt && std::abs(base.as_int()) <= 1;
  std::optional<int64_t> n = integer_to_int64(exponent);
  if (is_trivial) {
    bool is_odd = integer_sign(integer_modulo(exponent, Value::integer(2))) != 0;
    if (integer_sign(exponent) == 0) {
      return Value::integer(1);
    }
    return Value::integer(base.as_int() < 0 && !is_odd ? 1 : base.as_int());
  }
  size_t bits = 0;
  if (!n || __builtin_mul_overflow(integer_bits(base), static_cast<size_t>(*n), &bits)) {
    charge_bytes(interpreter, UINT64_MAX / 2);
    interpreter.raise("MemoryError", "");
  }
  charge_bits(interpreter, bits);
  return integer_power(base, static_cast<uint64_t>(*n));
}

Value integer_binary(Interpreter& interpreter, BinaryOp op, const Value& left, const Value& right) {
  if (left.kind() == Kind::BigInt || right.kind() == Kind::BigInt) {
    charge_bits(interpreter, integer_bits(left) + integer_bits(right));
  }
  switch (op) {
    case BinaryOp::Add:
      return integer_add(left, right);
    case BinaryOp::Subtract:
      return integer_subtract(left, right);
    case BinaryOp::Multiply:
      return integer_multiply(left, right);
    case BinaryOp::Divide:
      return integer_quotient(interpreter, left, right);
    case BinaryOp::FloorDivide:
      if (integer_sign(right) == 0) {
        interpreter.raise("ZeroDivisionError", "integer division or modulo by zero");
      }
      return integer_floor_divide(left, right);
    case BinaryOp::Modulo:
      if (integer_sign(right) == 0) {
        interpreter.raise("ZeroDivisionError", "integer modulo by zero");
      }
      return integer_modulo(left, right);
    default:
      return integer_powered(interpreter, left, right);
  }
}

double float_modulo(double left, double right) {
  double rest = std::fmod(left, right);
  if (rest == 0) {
    return std::copysign(0.0, right);
  }
  return (right < 0) != (rest < 0) ? rest + right : rest;
}

double float_floor_divide(double left, double right) {
  double rest = std::fmod(left, right);
  double quotient = (left - rest) / right;
  if (rest != 0 && (right < 0) != (rest < 0)) {
    quotient -= 1;
  }
  if (quotient == 0) {
    return std::copysign(0.0, left / right);
  }
  double floor = std::floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

Value float_binary(Interpreter& interpreter, BinaryOp op, double left, double right) {
  switch (op) {
    case BinaryOp::Add:
      return Value::floating(left + right);
    case BinaryOp::Subtract:
      return Value::floating(left - right);
    case BinaryOp::Multiply:
      return Value::floating(left * right);
    case BinaryOp::Power:
      return float_power(interpreter, left, right);
    case BinaryOp::Divide:
      if (right == 0) {
        interpreter.raise("ZeroDivisionError", "float division by zero");
      }
      return Value::floating(left / right);
    case BinaryOp::FloorDivide:
      if (right == 0) {
        interpreter.raise("ZeroDivisionError", "float floor division by zero");
      }
      return Value::floating(float_floor_divide(left, right));
    default:
      if (right == 0) {
        interpreter.raise("ZeroDivisionError", "float modulo");
      }
      return Value::floating(float_modulo(left, right));
  }
}

Value decimal_arithmetic(Interpreter& interpreter, BinaryOp op, const Value& left,
                         const Value& right) {
  if (left.kind() == Kind::Float || right.kind() == Kind::Float) {
    unsupported(interpreter, op, left, right);
  }
  auto convert = [](const Value& n) {
    return n.kind() == Kind::Decimal ? n : decimal_from_integer(n);
  };
  DecimalOp decimal_op = op == BinaryOp::Add           ? DecimalOp::Add
                         : op == BinaryOp::Subtract    ? DecimalOp::Subtract
                         : op == BinaryOp::Multiply    ? DecimalOp::Multiply
                         : op == BinaryOp::Divide      ? DecimalOp::Divide
                         : op == BinaryOp::FloorDivide ? DecimalOp::FloorDivide
                         : op == BinaryOp::Modulo      ? DecimalOp::Modulo
                                                       : DecimalOp::Power;
  DecimalError error;
  std::optional<Value> result = decimal_binary(decimal_op, convert(left), convert(right), error);
  if (!result) {
    interpreter.raise(error.type, std::string(error.message));
  }
  return *result;
}

Value numeric_binary(Interpreter& interpreter, BinaryOp op, const Value& left, const Value& right) {
  if (left.kind() == Kind::Decimal || right.kind() == Kind::Decimal) {
    return decimal_arithmetic(interpreter, op, left, right);
  }
  if (left.kind() == Kind::Float || right.kind() == Kind::Float) {
    return float_binary(interpreter, op, to_float(interpreter, left), to_float(interpreter, right));
  }
  return integer_binary(interpreter, op, left, right);
}

bool is_sequence(const Value& value) {
  return value.is_string() || value.is_list() || value.is_tuple();
}

Value repeat(Interpreter& interpreter, const Value& sequence_value, const Value& count) {
  if (!count.is_integer()) {
    interpreter.raise("TypeError", fmt::format("can't multiply sequence by non-int of type '{}'",
                                               count.type_name()));
  }
  std::optional<int64_t> times = integer_to_int64(count);
  if (!times) {
    interpreter.raise("OverflowError", "cannot fit 'int' into an index-sized integer");
  }
  auto n = static_cast<uint64_t>(std::max<int64_t>(*times, 0));
  uint64_t unit = sequence_value.is_string() ? sequence_value.as_string().size()
                                             : sequence_value.size() * sizeof(Value);
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(n, unit, &bytes)) {
    bytes = UINT64_MAX / 2;
  }
  charge_bytes(interpreter, bytes);
  if (sequence_value.is_string()) {
    std::string text;
    text.reserve(bytes);
    for (uint64_t i = 0; bytes > 0 && i < n; ++i) {
      text += sequence_value.as_string();
    }
    return sequence_value.kind() == Kind::Markup ? Value::markup(text)
                                                 : Value::string(std::move(text));
  }
  std::vector<Value> items;
  items.reserve(sequence_value.size() * (bytes > 0 ? n : 0));
  for (uint64_t i = 0; bytes > 0 && i < n; ++i) {
    const std::vector<Value>& source = sequence(sequence_value);
    items.insert(items.end(), source.begin(), source.end());
  }
  return sequence_value.is_tuple() ? Value::tuple(std::move(items)) : Value::list(std::move(items));
}

/// Markup has its own + and *, which fail with messages of their own.
void check_markup_operands(Interpreter& interpreter, BinaryOp op, const Value& left,
                           const Value& right) {
  if (op == BinaryOp::Add && left.kind() == Kind::Markup && !right.is_string()) {
    interpreter.raise(
        "TypeError",
        fmt::format("unsupported operand type(s) for +: 'Markup' and '{}'", right.type_name()));
  }
  const Value& count = left.kind() == Kind::Markup ? right : left;
  if (op == BinaryOp::Multiply && !count.is_integer()) {
    interpreter.raise("TypeError", fmt::format("'{}' object cannot be interpreted as an integer",
                                               count.type_name()));
  }
}

Value concatenate(Interpreter& interpreter, const Value& left, const Value& right) {
  if (left.is_string()) {
    if (!right.is_string()) {
      interpreter.raise("TypeError", fmt::format("can only concatenate str (not \"{}\") to str",
                                                 right.type_name()));
    }
    if (left.kind() == Kind::Markup || right.kind() == Kind::Markup) {
      return Value::markup(escaped_text(left) + escaped_text(right));
    }
    charge_bytes(interpreter, left.as_string().size() + right.as_string().size());
    std::string text;
    text.reserve(left.as_string().size() + right.as_string().size());
    text += left.as_string();
    text += right.as_string();
    return Value::string(std::move(text));
  }
  if (left.kind() != right.kind()) {
    interpreter.raise("TypeError", fmt::format("can only concatenate {0} (not \"{1}\") to {0}",
                                               left.type_name(), right.type_name()));
  }
  charge_bytes(interpreter, (left.size() + right.size()) * sizeof(Value));
  std::vector<Value> items = sequence(left);
  items.insert(items.end(), sequence(right).begin(), sequence(right).end());
  return left.is_list() ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

bool is_calendar(const Value& value) {
  return value.kind() >= Kind::Date && value.kind() <= Kind::TimeDelta;
}

Value delta_or_overflow(Interpreter& interpreter, std::optional<TimeDelta> delta) {
  if (!delta) {
    interpreter.raise("OverflowError", "days out of range; must have magnitude <= 999999999");
  }
  return Value::time_delta(*delta);
}

/// date or datetime ± timedelta.
Value shift(Interpreter& interpreter, const Value& moment, const TimeDelta& delta, int sign) {
  if (moment.kind() == Kind::Date) {
    std::optional<Date> date = from_ordinal(to_ordinal(moment.as_date()) + sign * delta.days);
    if (!date) {
      interpreter.raise("OverflowError", "date value out of range");
    }
    return Value::date(*date);
  }
  Int128 micros = local_micros(moment.as_date_time()) + sign * total_micros(delta);
  std::optional<DateTime> shifted;
  if (micros >= 0 && micros < static_cast<Int128>(INT64_MAX)) {
    shifted = with_local_micros(moment.as_date_time(), static_cast<int64_t>(micros));
  }
  if (!shifted) {
    interpreter.raise("OverflowError", "date value out of range");
  }
  return Value::date_time(*shifted);
}

/// The difference of two dates or two datetimes; nothing for other kinds.
std::optional<Value> difference(Interpreter& interpreter, const Value& left, const Value& right) {
  if (left.kind() == Kind::Date && right.kind() == Kind::Date) {
    return delta_or_overflow(
        interpreter, make_delta(to_ordinal(left.as_date()) - to_ordinal(right.as_date()), 0));
  }
  if (left.kind() != Kind::DateTime || right.kind() != Kind::DateTime) {
    return std::nullopt;
  }
  const DateTime& a = left.as_date_time();
  const DateTime& b = right.as_date_time();
  if (a.utc_offset.has_value() != b.utc_offset.has_value()) {
    interpreter.raise("TypeError", "can't subtract offset-naive and offset-aware datetimes");
  }
  return delta_or_overflow(interpreter, make_delta(0, Int128{utc_micros(a)} - utc_micros(b)));
}

/// Rounds a quotient half to even.
Int128 divide_rounded(Int128 numerator, Int128 denominator) {
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  Int128 quotient = numerator / denominator, rest = numerator % denominator;
  if (rest < 0) {
    rest += denominator;
    --quotient;
  }
  Int128 twice = 2 * rest;
  return quotient + (twice > denominator || (twice == denominator && quotient % 2 != 0));
}

Int128 floor_quotient(Int128 numerator, Int128 denominator) {
  Int128 quotient = numerator / denominator;
  return quotient - (numerator % denominator != 0 && (numerator < 0) != (denominator < 0));
}

/// A timedelta in microseconds as an int, which may need more than 64 bits.
Value micros_of(const TimeDelta& delta) {
  return integer_add(integer_multiply(Value::integer(delta.days), Value::integer(kMicrosPerDay)),
                     Value::integer(delta.microseconds));
}

/// timedelta op timedelta.
std::optional<Value> between_deltas(Interpreter& interpreter, BinaryOp op, const TimeDelta& left,
                                    const TimeDelta& right) {
  Int128 a = total_micros(left), b = total_micros(right);
  if (op == BinaryOp::Add) {
    return delta_or_overflow(interpreter, make_delta(0, a + b));
  }
  if (op == BinaryOp::Subtract) {
    return delta_or_overflow(interpreter, make_delta(0, a - b));
  }
  if (op == BinaryOp::Multiply || op == BinaryOp::Power) {
    return std::nullopt;
  }
  if (b == 0) {
    interpreter.raise("ZeroDivisionError", op == BinaryOp::Divide ? "division by zero"
                                           : op == BinaryOp::Modulo
                                               ? "integer modulo by zero"
                                               : "integer division or modulo by zero");
  }
  switch (op) {
    case BinaryOp::Divide:
      return Value::floating(*integer_true_divide(micros_of(left), micros_of(right)));
    case BinaryOp::FloorDivide:
      return Value::integer(static_cast<int64_t>(floor_quotient(a, b)));
    default:
      return delta_or_overflow(interpreter, make_delta(0, a - b * floor_quotient(a, b)));
  }
}

/// timedelta op number.
std::optional<Value> scale_delta(Interpreter& interpreter, BinaryOp op, const TimeDelta& delta,
                                 const Value& number) {
  Int128 micros = total_micros(delta);
  bool is_whole = number.kind() == Kind::Int || number.is_bool();
  bool is_division = op == BinaryOp::Divide || op == BinaryOp::FloorDivide;
  if ((!is_whole && number.kind() != Kind::Float) || (!is_division && op != BinaryOp::Multiply)) {
    return std::nullopt;
  }
  if (is_division && !number.truthy()) {
    interpreter.raise("ZeroDivisionError", "integer division or modulo by zero");
  }
  if (!is_whole) {
    if (op != BinaryOp::Multiply && op != BinaryOp::Divide) {
      return std::nullopt;
    }
    auto exact = static_cast<double>(micros);
    double result =
        op == BinaryOp::Multiply ? exact * number.as_float() : exact / number.as_float();
    if (!(std::abs(result) < 1e23)) {
      interpreter.raise("OverflowError", "days out of range; must have magnitude <= 999999999");
    }
    return delta_or_overflow(interpreter,
                             make_delta(0, static_cast<Int128>(std::nearbyint(result))));
  }
  Int128 n = number.as_int(), result = 0;
  switch (op) {
    case BinaryOp::Multiply:
      if (__builtin_mul_overflow(micros, n, &result)) {
        interpreter.raise("OverflowError", "days out of range; must have magnitude <= 999999999");
      }
      break;
    case BinaryOp::Divide:
      result = divide_rounded(micros, n);
      break;
    case BinaryOp::FloorDivide:
      result = floor_quotient(micros, n);
      break;
    default:
      return std::nullopt;
  }
  return delta_or_overflow(interpreter, make_delta(0, result));
}

std::optional<Value> calendar_binary(Interpreter& interpreter, BinaryOp op, const Value& left,
                                     const Value& right) {
  bool is_left_delta = left.kind() == Kind::TimeDelta,
       is_right_delta = right.kind() == Kind::TimeDelta;
  auto is_moment = [](const Value& v) {
    return v.kind() == Kind::Date || v.kind() == Kind::DateTime;
  };
  if (is_left_delta && is_right_delta) {
    return between_deltas(interpreter, op, left.as_time_delta(), right.as_time_delta());
  }
  if (is_left_delta && right.is_number() && op != BinaryOp::Add && op != BinaryOp::Subtract) {
    return scale_delta(interpreter, op, left.as_time_delta(), right);
  }
  if (is_right_delta && left.is_number() && op == BinaryOp::Multiply) {
    return scale_delta(interpreter, op, right.as_time_delta(), left);
  }
  if (is_right_delta && is_moment(left) && (op == BinaryOp::Add || op == BinaryOp::Subtract)) {
    return shift(interpreter, left, right.as_time_delta(), op == BinaryOp::Add ? 1 : -1);
  }
  if (is_left_delta && is_moment(right) && op == BinaryOp::Add) {
    return shift(interpreter, right, left.as_time_delta(), 1);
  }
  return op == BinaryOp::Subtract ? difference(interpreter, left, right) : std::nullopt;
}

Value joined_text(Interpreter& interpreter, const Value& left, const Value& right) {
  const Value parts[] = {left, right};
  return concat_values(interpreter, parts, is_autoescaping(interpreter));
}

}  // namespace

Value binary(Interpreter& interpreter, BinaryOp op, const Value& left, const Value& right) {
  if (left.kind() == Kind::Int && right.kind() == Kind::Int) {
    return op == BinaryOp::Concat ? joined_text(interpreter, left, right)
                                  : integer_binary(interpreter, op, left, right);
  }
  if (op == BinaryOp::Concat) {
    return joined_text(interpreter, left, right);
  }
  if (left.is_number() && right.is_number()) {
    return numeric_binary(interpreter, op, left, right);
  }
  if (left.is_undefined()) {
    raise_undefined(interpreter, left);
  }
  if (op == BinaryOp::Modulo && left.is_string()) {
    return percent_format(interpreter, left, right);
  }
  if (right.is_undefined() && !(left.kind() == Kind::Markup && op == BinaryOp::Multiply)) {
    raise_undefined(interpreter, right);
  }
  if (left.kind() == Kind::Markup || right.kind() == Kind::Markup) {
    check_markup_operands(interpreter, op, left, right);
  }
  if (op == BinaryOp::Add && is_sequence(left)) {
    return concatenate(interpreter, left, right);
  }
  if (op == BinaryOp::Multiply && (is_sequence(left) || is_sequence(right))) {
    return is_sequence(left) ? repeat(interpreter, left, right) : repeat(interpreter, right, left);
  }
  if (is_calendar(left) || is_calendar(right)) {
    if (std::optional<Value> result = calendar_binary(interpreter, op, left, right)) {
      return *result;
    }
  }
  if (op == BinaryOp::Subtract) {
    if (std::optional<Value> result = set_difference(interpreter, left, right)) {
      return *result;
    }
  }
  if (std::optional<Value> result = complex_binary(interpreter, op, left, right)) {
    return *result;
  }
  unsupported(interpreter, op, left, right);
}

Value negate(Interpreter& interpreter, const Value& value) {
  switch (value.kind()) {
    case Kind::Bool:
    case Kind::Int:
    case Kind::BigInt:
      return integer_negate(value);
    case Kind::Float:
      return Value::floating(-value.as_float());
    case Kind::Decimal:
      return decimal_negate(value);
    case Kind::TimeDelta:
      return delta_or_overflow(interpreter, make_delta(0, -total_micros(value.as_time_delta())));
    case Kind::Undefined:
      raise_undefined(interpreter, value);
    default:
      if (std::optional<Value> result = complex_negate(value)) {
        return *result;
      }
      interpreter.raise("TypeError",
                        fmt::format("bad operand type for unary -: '{}'", value.type_name()));
  }
}

Value positive(Interpreter& interpreter, const Value& value) {
  switch (value.kind()) {
    case Kind::Bool:
      return Value::integer(value.as_int());
    case Kind::Int:
    case Kind::BigInt:
    case Kind::Float:
    case Kind::TimeDelta:
      return value;
    case Kind::Decimal:
      return decimal_plus(value);
    case Kind::Undefined:
      raise_undefined(interpreter, value);
    default:
      if (complex_negate(value)) {
        return value;
      }
      interpreter.raise("TypeError",
                        fmt::format("bad operand type for unary +: '{}'", value.type_name()));
  }
}

}  // namespace weft::jinja
