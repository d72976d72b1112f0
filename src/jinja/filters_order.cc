// Filters that compare items: sort, dictsort, min, max, unique, groupby.
#include <algorithm>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/characters.h"
#include "jinja/engine.h"
#include "jinja/filters.h"
#include "jinja/iterators.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/search.h"
#include "jinja/sorting.h"

namespace weft::jinja {
namespace {

bool is_true(Interpreter& interpreter, const Value* value) {
  return value && truth(interpreter, *value);
}

/// sorted() takes an integer here, not any value for its truth.
bool is_reversed(Interpreter& interpreter, const Value* reverse) {
  return reverse && to_index(interpreter, *reverse) != 0;
}

bool is_plain_key(const Value& key) {
  return key.kind() == Kind::Int || key.kind() == Kind::String || key.kind() == Kind::Float;
}

/// One getter for each name of "age,name".
std::vector<AttributeGetter> getters_of(Interpreter& interpreter, const Value* attribute,
                                        bool ignores_case) {
  std::vector<AttributeGetter> getters;
  if (attribute && attribute->is_string()) {
    for (std::string_view part : split_text(attribute->as_string(), ",", -1)) {
      Value name = Value::string(part);
      getters.emplace_back(interpreter, &name, ignores_case);
    }
  } else {
    getters.emplace_back(interpreter, attribute, ignores_case);
  }
  return getters;
}

Value sort(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, reverse, case_sensitive, attribute] = bind<4>(
      interpreter, "do_sort", arguments, {"value", "reverse", "case_sensitive", "attribute"}, 1);
  std::vector<AttributeGetter> getters =
      getters_of(interpreter, attribute, !is_true(interpreter, case_sensitive));
  std::vector<Value> items = to_items(interpreter, *value);
  std::vector<Value> keys;
  keys.reserve(items.size());
  bool is_plain = getters.size() == 1;
  for (const Value& item : items) {
    if (getters.size() == 1) {
      keys.push_back(getters[0].get(item));
      is_plain = is_plain && is_plain_key(keys.back());
      continue;
    }
    std::vector<Value> parts;
    for (const AttributeGetter& getter : getters) {
      parts.push_back(getter.get(item));
    }
    keys.push_back(Value::list(std::move(parts)));
  }
  if (!is_plain && getters.size() == 1) {
    // Python's key is a list of one: items that are equal are never compared with <.
    for (Value& key : keys) {
      key = Value::list({key});
    }
  }
  sort_by_keys(interpreter, items, std::move(keys), is_reversed(interpreter, reverse));
  return Value::list(std::move(items));
}

Value dictsort(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, case_sensitive, by, reverse] = bind<4>(
      interpreter, "do_dictsort", arguments, {"value", "case_sensitive", "by", "reverse"}, 1);
  std::string_view part = !by ? "key" : by->is_string() ? by->as_string() : "";
  if (part != "key" && part != "value") {
    interpreter.raise("FilterArgumentError", "You can only sort by either \"key\" or \"value\"");
  }
  if (value->is_undefined()) {
    raise_undefined(interpreter, *value);
  }
  bool is_mapping = value->is_dict() || (value->is_object() && value->as_object().is_mapping());
  if (!is_mapping) {
    interpreter.raise("AttributeError",
                      fmt::format("'{}' object has no attribute 'items'", value->type_name()));
  }
  std::vector<Value> pairs = to_items(interpreter, call_method(interpreter, *value, "items", {}));
  bool ignores_case = !is_true(interpreter, case_sensitive);
  std::vector<Value> keys;
  for (const Value& pair : pairs) {
    const Value& key = pair.at(part == "key" ? 0 : 1);
    keys.push_back(ignores_case && key.is_string() ? Value::string(to_lower_case(key.as_string()))
                                                   : key);
  }
  sort_by_keys(interpreter, pairs, std::move(keys), is_reversed(interpreter, reverse));
  return Value::list(std::move(pairs));
}

template <CompareOp op>
Value extreme(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, case_sensitive, attribute] =
      bind<3>(interpreter, op == CompareOp::Less ? "do_min" : "do_max", arguments,
              {"value", "case_sensitive", "attribute"}, 1);
  Iteration iteration(interpreter, *value);
  Value best;
  if (!iteration.next(best)) {
    return undefined_hint("No aggregated item, sequence was empty.", undefined_kind(interpreter));
  }
  AttributeGetter getter(interpreter, attribute, !is_true(interpreter, case_sensitive));
  Value best_key = getter.get(best), item;
  while (iteration.next(item)) {
    Value key = getter.get(item);
    if (compare(interpreter, op, key, best_key)) {
      best = std::move(item);
      best_key = std::move(key);
    }
  }
  return best;
}

Value unique(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, case_sensitive, attribute] = bind<3>(interpreter, "sync_do_unique", arguments,
                                                    {"value", "case_sensitive", "attribute"}, 1);
  struct State {
    std::optional<Iteration> iteration;
    std::optional<AttributeGetter> getter;
    OrderedTable seen;
  };
  auto state = std::make_shared<State>();
  auto step = [state, value = *value, ignores_case = !is_true(interpreter, case_sensitive),
               attribute = attribute ? *attribute : Value::none()](Interpreter& in, Value& out) {
    if (!state->iteration) {
      state->getter.emplace(in, &attribute, ignores_case);
      state->iteration.emplace(in, value);
    }
    Value item;
    while (state->iteration->next(item)) {
      Value key = state->getter->get(item);
      require_hashable(in, key);
      if (state->seen.set(key, Value())) {
        charge_bytes(in, sizeof(OrderedTable::Entry));
        out = std::move(item);
        return true;
      }
    }
    return false;
  };
  return make_generator("sync_do_unique", std::move(step));
}

/// A pair that prints as a tuple and has the attributes `grouper` and `list`.
Value group(const Value& key, std::vector<Value> items) {
  Value pair = Value::tuple({key, Value::list(std::move(items))});
  ValueAccess::set_flags(pair, ValueAccess::flags(pair) | ValueAccess::kGroup);
  return pair;
}

Value groupby(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, attribute, fallback, case_sensitive] =
      bind<4>(interpreter, "sync_do_groupby", arguments,
              {"value", "attribute", "default", "case_sensitive"}, 2);
  bool ignores_case = !is_true(interpreter, case_sensitive);
  AttributeGetter getter(interpreter, attribute, ignores_case, fallback);
  AttributeGetter shown(interpreter, attribute, false, fallback);
  std::vector<Value> items = to_items(interpreter, *value), keys;
  for (const Value& item : items) {
    keys.push_back(getter.get(item));
  }
  sort_by_keys(interpreter, items, std::move(keys), false);
  std::vector<Value> groups, members;
  Value group_key;
  auto finish = [&] {
    if (!members.empty()) {
      Value key = ignores_case ? shown.get(members[0]) : group_key;
      groups.push_back(group(key, std::move(members)));
      members.clear();
    }
  };
  for (const Value& item : items) {
    Value key = getter.get(item);
    if (!members.empty() && !key.same_as(group_key) &&
        !compare(interpreter, CompareOp::Equal, group_key, key)) {
      finish();
    }
    if (members.empty()) {
      group_key = key;
    }
    members.push_back(item);
  }
  finish();
  return Value::list(std::move(groups));
}

}  // namespace

void add_order_filters(Environment& environment) {
  environment.add_filter("sort", sort);
  environment.add_filter("dictsort", dictsort);
  environment.add_filter("min", extreme<CompareOp::Less>);
  environment.add_filter("max", extreme<CompareOp::Greater>);
  environment.add_filter("unique", unique);
  environment.add_filter("groupby", groupby);
}

}  // namespace weft::jinja
