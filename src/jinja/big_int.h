// Integers of any size: Python's int on values of kind Bool, Int and BigInt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jinja/value.h"

namespace weft::jinja {

/// Frees the cell of a BigInt.
void destroy_big_int(HeapCell* cell);

/// Decimal digits with an optional sign; must be well formed.
Value integer_from_digits(std::string_view digits);
/// int(text, base) for digits without prefix, blanks and underscores; nothing when malformed.
std::optional<Value> parse_integer(std::string_view digits, int base);
/// Digits in a base from 2 to 36, lower case, with '-' for negative numbers.
std::string integer_digits(const Value& n, int base = 10);
/// The integral part; the number must be finite.
Value integer_from_double(double d);
/// Nearest double; infinite when it is too large.
double integer_to_double(const Value& n);
/// The value when it fits 64 bits.
std::optional<int64_t> integer_to_int64(const Value& n);

int integer_sign(const Value& n);
size_t integer_bits(const Value& n);
/// Number of one bits of the absolute value.
size_t integer_ones(const Value& n);
/// -1, 0 or 1.
int integer_compare(const Value& a, const Value& b);
/// Exact comparison with a double that is no nan.
int integer_compare_double(const Value& a, double b);
/// Python's hash of an int.
size_t integer_hash(const Value& n);

Value integer_add(const Value& a, const Value& b);
Value integer_subtract(const Value& a, const Value& b);
Value integer_multiply(const Value& a, const Value& b);
Value integer_negate(const Value& n);
Value integer_absolute(const Value& n);
/// Rounds towards minus infinity; the divisor must not be zero.
Value integer_floor_divide(const Value& a, const Value& b);
/// Has the sign of the divisor, which must not be zero.
Value integer_modulo(const Value& a, const Value& b);
/// a / b correctly rounded; nothing when the result is too large. The divisor must not be zero.
std::optional<double> integer_true_divide(const Value& a, const Value& b);
/// The exponent must not be negative.
Value integer_power(const Value& base, uint64_t exponent);
Value integer_power_of_ten(uint64_t exponent);
/// n rounded half to even to a multiple of 10**digits.
Value integer_round(const Value& n, uint64_t digits);

}  // namespace weft::jinja
