// Filters of sequences that look at items: first, last, join, sum, reverse, batch, slice, items,
// attr.
#include <random>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/filters.h"
#include "jinja/iterators.h"
#include "jinja/markup.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

Value no_item(Interpreter& interpreter, std::string_view which) {
  return undefined_hint(fmt::format("No {} item, sequence was empty.", which),
                        undefined_kind(interpreter));
}

Value default_value(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, fallback, boolean] =
      bind<3>(interpreter, "do_default", arguments, {"value", "default_value", "boolean"}, 1);
  bool is_missing = value->is_undefined() ||
                    (boolean && truth(interpreter, *boolean) && !truth(interpreter, *value));
  if (!is_missing) {
    return *value;
  }
  return fallback ? *fallback : Value::string("");
}

Value length_of(Interpreter& interpreter, const Arguments& arguments, void*) {
  expect_count(interpreter, "len", arguments, 1, 1);
  return Value::integer(static_cast<int64_t>(length(interpreter, arguments.positional[0])));
}

Value list(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value] = bind<1>(interpreter, "sync_do_list", arguments, {"value"}, 1);
  return Value::list(to_items(interpreter, *value));
}

Value first(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [seq] = bind<1>(interpreter, "sync_do_first", arguments, {"seq"}, 1);
  Iteration iteration(interpreter, *seq);
  Value item;
  return iteration.next(item) ? item : no_item(interpreter, "first");
}

/// The items of reversed(value); nothing when Python could not reverse it.
std::optional<Value> reversed(Interpreter& interpreter, const Value& value) {
  switch (value.kind()) {
    case Kind::String:
    case Kind::Markup: {
      std::vector<Value> items = to_items(interpreter, value);
      return make_item_iterator("reversed", {items.rbegin(), items.rend()});
    }
    case Kind::List:
    case Kind::Tuple:
    case Kind::Dict:
      return make_reversed(value);
    case Kind::Undefined:
      length(interpreter, value);
      return make_item_iterator("reversed", {});
    case Kind::Object:
      break;
    default:
      return std::nullopt;
  }
  if (value.as<RangeObject>() || value.as<DictView>()) {
    return make_reversed(value);
  }
  Object& object = value.as_object();
  if (object.is_mapping() || !object.length()) {
    return std::nullopt;
  }
  std::optional<std::vector<Value>> items = object.iterate(interpreter);
  if (!items) {
    return std::nullopt;
  }
  return make_item_iterator("reversed", {items->rbegin(), items->rend()});
}

Value last(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [seq] = bind<1>(interpreter, "do_last", arguments, {"seq"}, 1);
  std::optional<Value> backwards = reversed(interpreter, *seq);
  if (!backwards) {
    interpreter.raise("TypeError", fmt::format("'{}' object is not reversible", seq->type_name()));
  }
  Value item;
  return backwards->as<IteratorObject>()->next(interpreter, item) ? item
                                                                  : no_item(interpreter, "last");
}

Value reverse(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value] = bind<1>(interpreter, "do_reverse", arguments, {"value"}, 1);
  if (value->is_string()) {
    return get_slice(interpreter, *value, Value::none(), Value::none(), Value::integer(-1));
  }
  if (std::optional<Value> backwards = reversed(interpreter, *value)) {
    return *backwards;
  }
  if (!is_iterable(interpreter, *value)) {
    interpreter.raise("FilterArgumentError", "argument must be iterable");
  }
  std::vector<Value> items = to_items(interpreter, *value);
  return Value::list({items.rbegin(), items.rend()});
}

Value random_item(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [seq] = bind<1>(interpreter, "do_random", arguments, {"seq"}, 1);
  size_t size = length(interpreter, *seq);
  if (size == 0) {
    return no_item(interpreter, "random");
  }
  thread_local std::mt19937_64 source{std::random_device{}()};
  auto index = static_cast<int64_t>(std::uniform_int_distribution<size_t>(0, size - 1)(source));
  return subscript(interpreter, *seq, Value::integer(index));
}

/// Joins what is left of the iteration as HTML when the separator or an item is.
Value join_escaped(Interpreter& interpreter, Iteration& iteration, const AttributeGetter& getter,
                   const Value& separator) {
  std::vector<Value> items;
  bool is_html = has_html(separator);
  Value item;
  while (iteration.next(item)) {
    items.push_back(getter.get(item));
    is_html = is_html || has_html(items.back());
  }
  std::string between =
      is_html ? escape_text(interpreter, separator) : str_text_of(interpreter, separator);
  std::string out;
  GrowthCharge growth(interpreter);
  for (size_t i = 0; i < items.size(); ++i) {
    out += i > 0 ? between : "";
    out += is_html ? escape_text(interpreter, items[i]) : str_text_of(interpreter, items[i]);
    growth.note(out.size());
  }
  return is_html ? Value::markup(out) : Value::string(std::move(out));
}

Value join(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, separator_given, attribute] =
      bind<3>(interpreter, "sync_do_join", arguments, {"value", "d", "attribute"}, 1);
  Value separator = separator_given ? *separator_given : Value::string("");
  AttributeGetter getter(interpreter, attribute);
  bool is_plain = !attribute || attribute->is_none();
  Iteration iteration(interpreter, *value);
  if (is_autoescaping(interpreter)) {
    return join_escaped(interpreter, iteration, getter, separator);
  }
  std::string between = str_text_of(interpreter, separator);
  std::string out;
  Value item;
  GrowthCharge growth(interpreter);
  for (bool is_first = true; iteration.next(item); is_first = false) {
    if (!is_first) {
      out += between;
    }
    append_str(interpreter, is_plain ? item : getter.get(item), out);
    growth.note(out.size());
  }
  return Value::string(std::move(out));
}

Value sum(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [iterable, attribute, start] =
      bind<3>(interpreter, "sync_do_sum", arguments, {"iterable", "attribute", "start"}, 1);
  AttributeGetter getter(interpreter, attribute);
  bool is_plain = !attribute || attribute->is_none();
  Iteration iteration(interpreter, *iterable);
  Value total = start ? *start : Value::integer(0);
  if (total.is_string()) {
    interpreter.raise("TypeError", "sum() can't sum strings [use ''.join(seq) instead]");
  }
  Value item;
  while (iteration.next(item)) {
    total = binary(interpreter, BinaryOp::Add, total, is_plain ? item : getter.get(item));
  }
  return total;
}

Value batch(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, linecount, fill_with] =
      bind<3>(interpreter, "do_batch", arguments, {"value", "linecount", "fill_with"}, 2);
  struct State {
    std::optional<Iteration> iteration;
    std::vector<Value> line;
    bool is_at_end = false;
  };
  auto state = std::make_shared<State>();
  auto step = [state, value = *value, size = *linecount,
               fill = fill_with ? *fill_with : Value::none()](Interpreter& in, Value& out) {
    if (state->is_at_end) {
      return false;
    }
    if (!state->iteration) {
      state->iteration.emplace(in, value);
    }
    auto is_full = [&] {
      return compare(in, CompareOp::Equal, Value::integer(static_cast<int64_t>(state->line.size())),
                     size);
    };
    Value item;
    while (state->iteration->next(item)) {
      bool ends = is_full();
      if (ends) {
        out = Value::list(std::move(state->line));
        state->line.clear();
      }
      state->line.push_back(item);
      if (ends) {
        return true;
      }
    }
    state->is_at_end = true;
    if (state->line.empty()) {
      return false;
    }
    Value missing = fill.is_none()
                        ? Value::integer(0)
                        : binary(in, BinaryOp::Subtract, size,
                                 Value::integer(static_cast<int64_t>(state->line.size())));
    if (!fill.is_none() && ordered(in, CompareOp::Greater, missing, Value::integer(0))) {
      auto count = static_cast<uint64_t>(to_index(in, missing));
      charge_bytes(in, count < UINT32_MAX ? count * sizeof(Value) : UINT64_MAX / 2);
      state->line.insert(state->line.end(), count, fill);
    }
    out = Value::list(std::move(state->line));
    return true;
  };
  return make_generator("do_batch", std::move(step));
}

Value slice(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, slices, fill_with] =
      bind<3>(interpreter, "sync_do_slice", arguments, {"value", "slices", "fill_with"}, 2);
  struct State {
    std::vector<Value> items;
    int64_t number = 0, count = -1, per_slice = 0, with_extra = 0, offset = 0;
  };
  auto state = std::make_shared<State>();
  auto step = [state, value = *value, slices = *slices,
               fill = fill_with ? *fill_with : Value::none()](Interpreter& in, Value& out) {
    State& s = *state;
    if (s.count < 0) {
      s.items = to_items(in, value);
      Value size = Value::integer(static_cast<int64_t>(s.items.size()));
      s.per_slice = to_clamped_index(in, binary(in, BinaryOp::FloorDivide, size, slices));
      s.with_extra = to_clamped_index(in, binary(in, BinaryOp::Modulo, size, slices));
      s.count = std::max<int64_t>(to_index(in, slices), 0);
    }
    if (s.number >= s.count) {
      return false;
    }
    auto size = static_cast<int64_t>(s.items.size());
    int64_t begin = std::min(s.offset + s.number * s.per_slice, size);
    s.offset += s.number < s.with_extra;
    int64_t end = std::min(s.offset + (s.number + 1) * s.per_slice, size);
    std::vector<Value> part(s.items.begin() + begin, s.items.begin() + std::max(begin, end));
    if (!fill.is_none() && s.number >= s.with_extra) {
      part.push_back(fill);
    }
    ++s.number;
    out = Value::list(std::move(part));
    return true;
  };
  return make_generator("sync_do_slice", std::move(step));
}

Value items(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value] = bind<1>(interpreter, "do_items", arguments, {"value"}, 1);
  auto iteration = std::make_shared<std::optional<Iteration>>();
  auto step = [iteration, value = *value](Interpreter& in, Value& out) {
    if (value.is_undefined()) {
      return false;
    }
    if (!*iteration) {
      bool is_mapping = value.is_dict() || (value.is_object() && value.as_object().is_mapping());
      if (!is_mapping) {
        in.raise("TypeError", "Can only get item pairs from a mapping.");
      }
      iteration->emplace(in, call_method(in, value, "items", {}));
    }
    return (*iteration)->next(out);
  };
  return make_generator("do_items", std::move(step));
}

Value attr(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [object, name] = bind<2>(interpreter, "do_attr", arguments, {"obj", "name"}, 2);
  Value text = soft_string(interpreter, *name);
  if (object->is_undefined()) {
    return get_attribute(interpreter, *object, text.as_string());
  }
  if (std::optional<Value> found = python_attribute(interpreter, *object, text.as_string())) {
    return *found;
  }
  return undefined_member(*object, text, undefined_kind(interpreter));
}

}  // namespace

void add_sequence_filters(Environment& environment) {
  environment.add_filter("default", default_value);
  environment.add_filter("d", default_value);
  environment.add_filter("length", length_of);
  environment.add_filter("count", length_of);
  environment.add_filter("list", list);
  environment.add_filter("first", first);
  environment.add_filter("last", last);
  environment.add_filter("reverse", reverse);
  environment.add_filter("random", random_item);
  environment.add_filter("join", join);
  environment.add_filter("sum", sum);
  environment.add_filter("batch", batch);
  environment.add_filter("slice", slice);
  environment.add_filter("items", items);
  environment.add_filter("attr", attr);
}

}  // namespace weft::jinja
