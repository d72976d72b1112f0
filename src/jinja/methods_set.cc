// Methods of set, and the operators that the keys and items of dicts share with it.
#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/iterators.h"
#include "jinja/methods.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/set_ops.h"

namespace weft::jinja {
namespace {

/// A new set of any iterable.
Value to_set(Interpreter& interpreter, const Value& iterable) {
  Value result = Value::set();
  Iteration iteration(interpreter, iterable);
  Value item;
  while (iteration.next(item)) {
    require_hashable(interpreter, item);
    charge_bytes(interpreter, sizeof(OrderedTable::Entry));
    table_of(result).set(item, Value());
  }
  return result;
}

void add_all(const Value& set, const Value& other) {
  for (size_t i = 0; i < other.size(); ++i) {
    Value item = other.at(i);
    table_of(set).set(item, Value());
  }
}

/// The items of `left` that are in `right`, or those that are not.
Value filtered(const Value& left, const Value& right, bool wanted) {
  Value result = Value::set();
  for (size_t i = 0; i < left.size(); ++i) {
    if ((right.find(left.at(i)) != nullptr) == wanted) {
      table_of(result).set(left.at(i), Value());
    }
  }
  return result;
}

void assign(const Value& self, const Value& other) { table_of(self) = table_of(other); }

Value add(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "set.add", arguments, 1, 1);
  require_hashable(interpreter, arguments.positional[0]);
  charge_bytes(interpreter, sizeof(OrderedTable::Entry));
  table_of(self).set(arguments.positional[0], Value());
  return Value::none();
}

Value discard(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "set.discard", arguments, 1, 1);
  require_hashable(interpreter, arguments.positional[0]);
  table_of(self).erase(arguments.positional[0]);
  return Value::none();
}

Value remove(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "set.remove", arguments, 1, 1);
  require_hashable(interpreter, arguments.positional[0]);
  if (!table_of(self).erase(arguments.positional[0])) {
    interpreter.raise("KeyError", repr_text_of(interpreter, arguments.positional[0]));
  }
  return Value::none();
}

Value pop(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "set.pop", arguments, 0, 0);
  if (self.size() == 0) {
    interpreter.raise("KeyError", "'pop from an empty set'");
  }
  Value item = self.at(self.size() - 1);
  table_of(self).erase(item);
  return item;
}

Value clear(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "set.clear", arguments, 0, 0);
  table_of(self).clear();
  return Value::none();
}

Value copy(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "set.copy", arguments, 0, 0);
  Value result = Value::set();
  assign(result, self);
  return result;
}

enum class Combine { Union, Intersection, Difference, Symmetric };

Value combined(const Value& left, const Value& right, Combine how) {
  switch (how) {
    case Combine::Intersection:
      return filtered(left, right, true);
    case Combine::Difference:
      return filtered(left, right, false);
    case Combine::Symmetric: {
      Value result = filtered(left, right, false);
      add_all(result, filtered(right, left, false));
      return result;
    }
    default: {
      Value result = Value::set();
      assign(result, left);
      add_all(result, right);
      return result;
    }
  }
}

template <Combine how, bool in_place>
Value combine(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  constexpr size_t kMost = how == Combine::Symmetric ? 1 : SIZE_MAX;
  expect_count(interpreter, "set method", arguments, how == Combine::Symmetric ? 1 : 0, kMost);
  Value result = Value::set();
  assign(result, self);
  for (const Value& other : arguments.positional) {
    charge_bytes(interpreter, result.size() * sizeof(OrderedTable::Entry));
    result = combined(result, to_set(interpreter, other), how);
  }
  if (!in_place) {
    return result;
  }
  assign(self, result);
  return Value::none();
}

Value issubset(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "set.issubset", arguments, 1, 1);
  return Value::boolean(is_subset(self, to_set(interpreter, arguments.positional[0])));
}

Value issuperset(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "set.issuperset", arguments, 1, 1);
  return Value::boolean(is_subset(to_set(interpreter, arguments.positional[0]), self));
}

Value isdisjoint(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "set.isdisjoint", arguments, 1, 1);
  return Value::boolean(filtered(self, to_set(interpreter, arguments.positional[0]), true).size() ==
                        0);
}

bool is_set_like(const Value& value) {
  auto* view = value.as<DictView>();
  return value.kind() == Kind::Set || (view && view->part() != DictView::Part::Values);
}

}  // namespace

std::optional<Value> set_difference(Interpreter& interpreter, const Value& left,
                                    const Value& right) {
  bool is_view = is_set_like(left) && left.is_object();
  if (!is_set_like(left) || (!is_set_like(right) && !is_view)) {
    return std::nullopt;
  }
  return filtered(to_set(interpreter, left), to_set(interpreter, right), false);
}

bool is_subset(const Value& left, const Value& right) {
  for (size_t i = 0; i < left.size(); ++i) {
    if (!right.find(left.at(i))) {
      return false;
    }
  }
  return true;
}

const MethodTable& set_methods() {
  static const MethodTable table = {
      {"add", add},
      {"discard", discard},
      {"remove", remove},
      {"pop", pop},
      {"clear", clear},
      {"copy", copy},
      {"union", combine<Combine::Union, false>},
      {"update", combine<Combine::Union, true>},
      {"intersection", combine<Combine::Intersection, false>},
      {"intersection_update", combine<Combine::Intersection, true>},
      {"difference", combine<Combine::Difference, false>},
      {"difference_update", combine<Combine::Difference, true>},
      {"symmetric_difference", combine<Combine::Symmetric, false>},
      {"symmetric_difference_update", combine<Combine::Symmetric, true>},
      {"issubset", issubset},
      {"issuperset", issuperset},
      {"isdisjoint", isdisjoint},
  };
  return table;
}

}  // namespace weft::jinja
