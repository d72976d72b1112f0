// Floats as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::jinja {

/// Python's repr(): the shortest text that reads back; "1.0", "1e+16", "nan", "-inf".
std::string float_repr(double d);
/// float(text) without Python's underscores and blanks: nothing when it is no number.
std::optional<double> parse_float_text(std::string_view text);
/// %f, %e, %g and %% of the absolute value with this many digits; `alternate` keeps the point and
/// zeros.
std::string float_fixed(double d, int precision, bool alternate = false);
std::string float_scientific(double d, int precision, bool alternate = false);
std::string float_general(double d, int precision, bool alternate = false);
/// round(d, digits) of Python: correctly rounded, half to even of the exact value.
double round_float(double d, int digits);

}  // namespace weft::jinja
