// Operators and methods of sets, which the keys and items of dicts share.
#pragma once

#include <optional>

#include "jinja/interpreter.h"
#include "jinja/value.h"

namespace weft::jinja {

/// left - right; nothing unless the left is a set or a set-like view and so is the right.
std::optional<Value> set_difference(Interpreter& interpreter, const Value& left,
                                    const Value& right);
/// True when every item of the left set is in the right one.
bool is_subset(const Value& left, const Value& right);

}  // namespace weft::jinja
