// Methods of dict and of its views.
#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/iterators.h"
#include "jinja/methods.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"

namespace weft::jinja {
namespace {

template <DictView::Part part>
Value view(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "dict view", arguments, 0, 0);
  return make_dict_view(self, part);
}

Value get(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, arguments.named.empty() ? "get" : "dict.get", arguments, 1, 2);
  require_hashable(interpreter, arguments.positional[0]);
  if (const Value* item = self.find(arguments.positional[0])) {
    return *item;
  }
  const Value* fallback = argument_at(arguments, 1);
  return fallback ? *fallback : Value::none();
}

Value setdefault(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "setdefault", arguments, 1, 2);
  require_hashable(interpreter, arguments.positional[0]);
  if (const Value* item = self.find(arguments.positional[0])) {
    return *item;
  }
  const Value* fallback = argument_at(arguments, 1);
  Value item = fallback ? *fallback : Value::none();
  charge_bytes(interpreter, sizeof(OrderedTable::Entry));
  table_of(self).set(arguments.positional[0], item);
  return item;
}

Value pop(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "pop", arguments, 1, 2);
  const Value& key = arguments.positional[0];
  require_hashable(interpreter, key);
  if (const Value* found = self.find(key)) {
    Value item = *found;
    table_of(self).erase(key);
    return item;
  }
  const Value* fallback = argument_at(arguments, 1);
  if (!fallback) {
    interpreter.raise("KeyError", repr_text_of(interpreter, key));
  }
  return *fallback;
}

Value popitem(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "dict.popitem", arguments, 0, 0);
  if (self.size() == 0) {
    interpreter.raise("KeyError", "'popitem(): dictionary is empty'");
  }
  size_t last = self.size() - 1;
  Value item = Value::tuple({self.key_at(last), self.value_at(last)});
  table_of(self).erase(item.at(0));
  return item;
}

Value clear(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "dict.clear", arguments, 0, 0);
  table_of(self).clear();
  return Value::none();
}

Value copy(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "dict.copy", arguments, 0, 0);
  return copy_dict(interpreter, self);
}

Value update(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  update_dict(interpreter, self, arguments, "update");
  return Value::none();
}

Value fromkeys(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  expect_count(interpreter, "fromkeys", arguments, 1, 2);
  const Value* given = argument_at(arguments, 1);
  Value result = Value::dict();
  Iteration iteration(interpreter, arguments.positional[0]);
  Value key;
  while (iteration.next(key)) {
    require_hashable(interpreter, key);
    charge_bytes(interpreter, sizeof(OrderedTable::Entry));
    table_of(result).set(key, given ? *given : Value::none());
  }
  return result;
}

Value isdisjoint(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "isdisjoint", arguments, 1, 1);
  Iteration iteration(interpreter, arguments.positional[0]);
  Value item;
  while (iteration.next(item)) {
    if (self.as<DictView>()->contains(item)) {
      return Value::boolean(false);
    }
  }
  return Value::boolean(true);
}

void add_pairs(Interpreter& interpreter, const Value& dict, const Value& pairs) {
  Iteration iteration(interpreter, pairs);
  Value pair;
  for (size_t i = 0; iteration.next(pair); ++i) {
    if (!is_iterable(interpreter, pair)) {
      interpreter.raise("TypeError",
                        fmt::format("cannot convert dictionary update sequence element #{} to a "
                                    "sequence",
                                    i));
    }
    std::vector<Value> parts = to_items(interpreter, pair);
    if (parts.size() != 2) {
      interpreter.raise("ValueError",
                        fmt::format("dictionary update sequence element #{} has length {}; 2 is "
                                    "required",
                                    i, parts.size()));
    }
    require_hashable(interpreter, parts[0]);
    charge_bytes(interpreter, sizeof(OrderedTable::Entry));
    table_of(dict).set(parts[0], parts[1]);
  }
}

}  // namespace

Value copy_dict(Interpreter& interpreter, const Value& dict) {
  charge_bytes(interpreter, dict.size() * sizeof(OrderedTable::Entry));
  auto* cell = new DictCell();
  cell->table = table_of(dict);
  return ValueAccess::make(Kind::Dict, cell);
}

void update_dict(Interpreter& interpreter, const Value& dict, const Arguments& arguments,
                 std::string_view function) {
  if (arguments.positional.size() > 1) {
    interpreter.raise("TypeError", fmt::format("{} expected at most 1 argument, got {}", function,
                                               arguments.positional.size()));
  }
  if (!arguments.positional.empty()) {
    const Value& other = arguments.positional[0];
    if (other.is_dict()) {
      charge_bytes(interpreter, other.size() * sizeof(OrderedTable::Entry));
      // The size is asked again each time: a dict may be updated with itself.
      for (size_t i = 0; i < other.size(); ++i) {
        Value key = other.key_at(i);
        table_of(dict).set(key, other.value_at(i));
      }
    } else if (other.is_object() && other.as_object().is_mapping()) {
      for (const Value& key : to_items(interpreter, other)) {
        require_hashable(interpreter, key);
        table_of(dict).set(key, get_item(interpreter, other, key));
      }
    } else if (other.is_undefined() && undefined_kind(other) != UndefinedKind::Permissive) {
      // It is asked for `keys` first, which is a use of it.
      raise_undefined(interpreter, other);
    } else {
      add_pairs(interpreter, dict, other);
    }
  }
  for (const NamedValue& argument : arguments.named) {
    table_of(dict).set(argument.name, argument.value);
  }
}

const MethodTable& dict_methods() {
  static const MethodTable table = {
      {"keys", view<DictView::Part::Keys>},
      {"values", view<DictView::Part::Values>},
      {"items", view<DictView::Part::Items>},
      {"get", get},
      {"setdefault", setdefault},
      {"pop", pop},
      {"popitem", popitem},
      {"clear", clear},
      {"copy", copy},
      {"update", update},
      {"fromkeys", fromkeys},
  };
  return table;
}

const MethodTable& view_methods() {
  static const MethodTable table = {{"isdisjoint", isdisjoint}};
  return table;
}

}  // namespace weft::jinja
