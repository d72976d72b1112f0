// Python's three ways to format: format specifications, % and str.format.
#pragma once

#include <string>
#include <string_view>

#include "jinja/interpreter.h"
#include "jinja/value.h"

namespace weft::jinja {

/// format(value, spec). Raises ValueError and TypeError as Python.
std::string format_value(Interpreter& interpreter, const Value& value, std::string_view spec);
/// text % arguments; Markup escapes what it inserts.
Value percent_format(Interpreter& interpreter, const Value& text, const Value& arguments);
/// text.format(...) and text.format_map(mapping).
Value str_format(Interpreter& interpreter, const Value& text, const Arguments& arguments);
Value str_format_map(Interpreter& interpreter, const Value& text, const Value& mapping);
/// ascii(x): repr with everything outside of ASCII escaped.
std::string ascii_repr(Interpreter& interpreter, const Value& value);

}  // namespace weft::jinja
