// int() and float() of Python.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jinja/interpreter.h"
#include "jinja/value.h"

namespace weft::jinja {

/// int(text, base) with blanks, sign, prefix, underscores and digits of any script; nothing when it
/// is malformed, the base is none, or it has more digits than Python reads.
std::optional<Value> parse_python_int(std::string_view text, int64_t base);
/// float(text) with blanks, underscores and digits of any script.
std::optional<double> parse_python_float(std::string_view text);

/// Why a conversion failed: a class and message of Python. An empty type is success.
struct ConversionError {
  std::string type;
  std::string message;
};
/// int(value); undefined values raise their own error.
std::optional<Value> to_integer(Interpreter& interpreter, const Value& value,
                                ConversionError& error);
/// float(value).
std::optional<double> to_double(Interpreter& interpreter, const Value& value,
                                ConversionError& error);

}  // namespace weft::jinja
