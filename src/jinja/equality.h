// Comparisons of values that need no interpreter.
#pragma once

#include <optional>

#include "jinja/value.h"

namespace weft::jinja {

/// -1, 0 or 1 by exact value across all kinds of numbers; nothing when one is nan.
std::optional<int> compare_numbers(const Value& a, const Value& b);
/// What `in` and == of containers ask of two items: the same object, or equal.
bool same_or_equal(const Value& a, const Value& b);

}  // namespace weft::jinja
