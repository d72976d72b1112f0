// Python's sort.
#pragma once

#include <functional>
#include <vector>

#include "jinja/interpreter.h"
#include "jinja/value.h"

namespace weft::jinja {

/// Sorts stably by keys[i] with <; `reverse` keeps the order of equal items, as Python does.
void sort_by_keys(Interpreter& interpreter, std::vector<Value>& items, std::vector<Value> keys,
                  bool reverse);
/// Sorts items by themselves.
void sort_items(Interpreter& interpreter, std::vector<Value>& items, bool reverse);

}  // namespace weft::jinja
