// Python's decimal.Decimal on values of kind Decimal, in its default context: 28 digits, half to
// even.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jinja/value.h"

namespace weft::jinja {

/// Frees the cell of a Decimal.
void destroy_decimal(HeapCell* cell);

/// Decimal(text) with blanks at the ends and underscores allowed; nothing when malformed.
std::optional<Value> parse_decimal(std::string_view text);
/// Decimal(n) of an int.
Value decimal_from_integer(const Value& n);
/// Decimal(d): the exact value of the double.
Value decimal_from_double(double d);
/// str(x).
std::string decimal_text(const Value& x);
double decimal_to_double(const Value& x);
/// int(x): towards zero. Nothing for infinities and nan.
std::optional<Value> decimal_to_integer(const Value& x);

bool decimal_is_nan(const Value& x);
bool decimal_is_infinite(const Value& x);
bool decimal_is_zero(const Value& x);
bool decimal_is_negative(const Value& x);
/// -1, 0 or 1; neither may be nan.
int decimal_compare(const Value& a, const Value& b);
/// Equal to the hash of an int or float of the same value.
size_t decimal_hash(const Value& x);

enum class DecimalOp { Add, Subtract, Multiply, Divide, FloorDivide, Modulo, Power };
/// Why an operation has no result: decimal's signal, as "InvalidOperation" with the text of
/// str(error).
struct DecimalError {
  std::string_view type;
  std::string_view message;
};
/// The result, or the signal in `error`.
std::optional<Value> decimal_binary(DecimalOp op, const Value& a, const Value& b,
                                    DecimalError& error);
Value decimal_negate(const Value& x);
Value decimal_plus(const Value& x);
Value decimal_absolute(const Value& x);

enum class Rounding { HalfEven, HalfUp, HalfDown, Up, Down, Ceiling, Floor };
/// Rounded to this exponent; nothing for infinities and nan, and when the result needs > 28 digits.
std::optional<Value> decimal_quantize(const Value& x, int64_t exponent, Rounding rounding);
/// floor or ceil as an int; nothing for infinities and nan.
std::optional<Value> decimal_to_integral(const Value& x, Rounding rounding);
Value decimal_normalize(const Value& x);

/// The parts of a finite number: sign, digits of the coefficient, exponent.
struct DecimalParts {
  bool is_negative = false;
  std::string digits;
  int64_t exponent = 0;
};
DecimalParts decimal_parts(const Value& x);
Value decimal_from_parts(const DecimalParts& parts);

}  // namespace weft::jinja
