// Methods of list, tuple and range.
#include <algorithm>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/iterators.h"
#include "jinja/methods.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/sorting.h"

namespace weft::jinja {
namespace {

bool same(Interpreter& interpreter, const Value& a, const Value& b) {
  return a.same_as(b) || compare(interpreter, CompareOp::Equal, a, b);
}

/// For methods that look at all items or move them.
void charge_items(Interpreter& interpreter, const Value& list) {
  constexpr size_t kItemsOfStep = 16;
  charge_steps(interpreter, list.size() / kItemsOfStep);
}

Value append(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "list.append", arguments, 1, 1);
  charge_bytes(interpreter, sizeof(Value));
  sequence(self).push_back(arguments.positional[0]);
  count_items(self);
  return Value::none();
}

Value extend(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "list.extend", arguments, 1, 1);
  std::vector<Value> more = to_items(interpreter, arguments.positional[0]);
  std::vector<Value>& items = sequence(self);
  charge_bytes(interpreter, more.size() * sizeof(Value));
  items.insert(items.end(), more.begin(), more.end());
  count_items(self);
  return Value::none();
}

Value insert(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "insert", arguments, 2, 2);
  charge_items(interpreter, self);
  std::vector<Value>& items = sequence(self);
  auto size = static_cast<int64_t>(items.size());
  int64_t index = to_index(interpreter, arguments.positional[0]);
  index = std::clamp<int64_t>(index < 0 ? index + size : index, 0, size);
  charge_bytes(interpreter, sizeof(Value));
  charge_steps(interpreter, items.size() / 64);
  Value item = arguments.positional[1];
  items.insert(items.begin() + index, std::move(item));
  count_items(self);
  return Value::none();
}

Value pop(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "pop", arguments, 0, 1);
  std::vector<Value>& items = sequence(self);
  int64_t index =
      arguments.positional.empty() ? -1 : to_index(interpreter, arguments.positional[0]);
  if (items.empty()) {
    interpreter.raise("IndexError", "pop from empty list");
  }
  auto size = static_cast<int64_t>(items.size());
  index = index < 0 ? index + size : index;
  if (index < 0 || index >= size) {
    interpreter.raise("IndexError", "pop index out of range");
  }
  charge_steps(interpreter, static_cast<uint64_t>(size - index) / 64);
  Value item = std::move(items[static_cast<size_t>(index)]);
  items.erase(items.begin() + index);
  return item;
}

Value remove(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "list.remove", arguments, 1, 1);
  charge_items(interpreter, self);
  std::vector<Value>& items = sequence(self);
  for (size_t i = 0; i < items.size(); ++i) {
    if (same(interpreter, items[i], arguments.positional[0])) {
      Value gone = std::move(items[i]);
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
      return Value::none();
    }
  }
  interpreter.raise("ValueError", "list.remove(x): x not in list");
}

Value clear(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "list.clear", arguments, 0, 0);
  std::vector<Value> gone = std::move(sequence(self));
  sequence(self).clear();
  count_items(self);
  return Value::none();
}

Value copy(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "list.copy", arguments, 0, 0);
  charge_items(interpreter, self);
  charge_bytes(interpreter, self.size() * sizeof(Value));
  return Value::list(sequence(self));
}

Value reverse(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "list.reverse", arguments, 0, 0);
  charge_items(interpreter, self);
  std::reverse(sequence(self).begin(), sequence(self).end());
  return Value::none();
}

Value sort(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  if (!arguments.positional.empty()) {
    interpreter.raise("TypeError", "sort() takes no positional arguments");
  }
  auto [key, reversed] = bind<2>(interpreter, "sort", arguments, {"key", "reverse"}, 0);
  std::vector<Value> items = sequence(self);
  std::vector<Value> keys = items;
  if (key && !key->is_none()) {
    for (Value& item : keys) {
      item = call_value(interpreter, *key, Arguments{std::span(&item, 1), {}});
    }
  }
  sort_by_keys(interpreter, items, std::move(keys), reversed && truth(interpreter, *reversed));
  sequence(self) = std::move(items);
  return Value::none();
}

Value count(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "count", arguments, 1, 1);
  charge_items(interpreter, self);
  int64_t found = 0;
  for (size_t i = 0; i < self.size(); ++i) {
    found += same(interpreter, self.at(i), arguments.positional[0]);
  }
  return Value::integer(found);
}

Value index(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "index", arguments, 1, 3);
  charge_items(interpreter, self);
  auto size = static_cast<int64_t>(self.size());
  auto place = [&](size_t position, int64_t missing) {
    const Value* given = argument_at(arguments, position);
    int64_t n = given ? to_clamped_index(interpreter, *given) : missing;
    return n < 0 ? std::max<int64_t>(n + size, 0) : n;
  };
  int64_t begin = place(1, 0), end = std::min(place(2, size), size);
  for (int64_t i = begin; i < end; ++i) {
    if (same(interpreter, self.at(static_cast<size_t>(i)), arguments.positional[0])) {
      return Value::integer(i);
    }
  }
  interpreter.raise("ValueError",
                    self.is_tuple()
                        ? "tuple.index(x): x not in tuple"
                        : repr_text_of(interpreter, arguments.positional[0]) + " is not in list");
}

Value range_count(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "range.count", arguments, 1, 1);
  return Value::integer(self.as<RangeObject>()->contains(arguments.positional[0]));
}

Value range_index(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "range.index", arguments, 1, 1);
  auto* range = self.as<RangeObject>();
  const Value& item = arguments.positional[0];
  if (!range->contains(item)) {
    interpreter.raise("ValueError", item.is_integer()
                                        ? repr_text_of(interpreter, item) + " is not in range"
                                        : "sequence.index(x): x not in sequence");
  }
  Value distance = binary(interpreter, BinaryOp::Subtract, arguments.positional[0],
                          Value::integer(range->at(0)));
  return binary(interpreter, BinaryOp::FloorDivide, distance, Value::integer(range->step()));
}

}  // namespace

const MethodTable& list_methods() {
  static const MethodTable table = {
      {"append", append}, {"extend", extend}, {"insert", insert}, {"pop", pop},
      {"remove", remove}, {"clear", clear},   {"copy", copy},     {"reverse", reverse},
      {"sort", sort},     {"count", count},   {"index", index},
  };
  return table;
}

const MethodTable& tuple_methods() {
  static const MethodTable table = {{"count", count}, {"index", index}};
  return table;
}

const MethodTable& range_methods() {
  static const MethodTable table = {{"count", range_count}, {"index", range_index}};
  return table;
}

}  // namespace weft::jinja
