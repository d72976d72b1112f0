// Failures that the pure parts of values note and that operators raise.
#pragma once

#include "jinja/interpreter.h"

namespace weft::jinja {

/// Notes that an int has more digits than Python prints.
void note_long_integer();
/// Raises RecursionError or ValueError when something was noted since the last call.
void raise_noted(Interpreter& interpreter);

}  // namespace weft::jinja
