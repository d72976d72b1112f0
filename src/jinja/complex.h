// Complex numbers, which Python gives for (-8) ** 0.5.
#pragma once

#include <optional>

#include "jinja/ops.h"
#include "jinja/value.h"

namespace weft::jinja {

/// base ** exponent for a negative base and a fractional exponent.
Value complex_power(double base, double exponent);
bool is_complex(const Value& value);
/// Nothing when neither side is complex, or the operator is not + - * /.
std::optional<Value> complex_binary(Interpreter& interpreter, BinaryOp op, const Value& left,
                                    const Value& right);
std::optional<Value> complex_negate(const Value& value);
/// abs(z); nothing when the value is not complex.
std::optional<Value> complex_absolute(const Value& value);

}  // namespace weft::jinja
