// Text of values without an interpreter: what Value::str and Value::repr are made of.
#pragma once

#include <string>

#include "jinja/value.h"

namespace weft::jinja {

/// Appends Python's str(value); a strict undefined gives nothing here.
void append_text(const Value& value, std::string& out);
/// Appends Python's repr(value); a container inside of itself is written as dots.
void append_repr(const Value& value, std::string& out);

}  // namespace weft::jinja
