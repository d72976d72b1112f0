// x.name, x[key], x[a:b:c], x(...), x.name(...).
#include <algorithm>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/iterators.h"
#include "jinja/methods.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

/// What `x.name` or `x[key]` of an undefined value gives: itself, or an error.
Value member_of_undefined(Interpreter& interpreter, const Value& value) {
  UndefinedKind kind = undefined_kind(value);
  if (kind == UndefinedKind::Chainable || kind == UndefinedKind::Permissive) {
    return value;
  }
  raise_undefined(interpreter, value);
}

bool is_private(Interpreter& interpreter, std::string_view name) {
  return name.starts_with('_') && is_sandboxed(interpreter);
}

/// Attributes that every Python object has and that no template may reach.
bool is_object_attribute(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "__class__",   "__delattr__", "__dir__",           "__doc__",         "__eq__",
      "__format__",  "__ge__",      "__getattribute__",  "__getstate__",    "__gt__",
      "__hash__",    "__init__",    "__init_subclass__", "__le__",          "__lt__",
      "__ne__",      "__new__",     "__reduce__",        "__reduce_ex__",   "__repr__",
      "__setattr__", "__sizeof__",  "__str__",           "__subclasshook__"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// The item of a list, tuple or string at an index; nothing out of range.
std::optional<Value> item_at(Interpreter& interpreter, const Value& value, const Value& key) {
  if (!key.is_integer() || key.kind() == Kind::BigInt) {
    return std::nullopt;
  }
  int64_t index = key.as_int();
  auto size = static_cast<int64_t>(value.is_string() ? value.text_length() : value.size());
  if (index < 0) {
    index += size;
  }
  if (index < 0 || index >= size) {
    return std::nullopt;
  }
  auto position = static_cast<size_t>(index);
  if (!value.is_string()) {
    return value.at(position);
  }
  std::string_view text = value.as_string();
  charge_steps(interpreter, value.is_ascii() ? 0 : position / 4);
  size_t begin = value.is_ascii() ? position : byte_offset(text, position);
  return ValueAccess::string(text.substr(begin, code_point_size(text, begin)), value.kind());
}

/// x[key]; nothing when there is no such item, or the value has no items.
std::optional<Value> item_of(Interpreter& interpreter, const Value& value, const Value& key) {
  switch (value.kind()) {
    case Kind::Dict:
      if (key.is_hashable()) {
        if (const Value* item = value.find(key)) {
          return *item;
        }
      }
      return std::nullopt;
    case Kind::List:
    case Kind::Tuple:
    case Kind::String:
    case Kind::Markup:
      return item_at(interpreter, value, key);
    case Kind::Object:
      return value.as_object().item(interpreter, key);
    default:
      return std::nullopt;
  }
}

struct SliceBounds {
  int64_t start = 0, end = 0, step = 1, count = 0;
};

/// Python's slice.indices(size).
SliceBounds slice_bounds(Interpreter& interpreter, const Value& start, const Value& stop,
                         const Value& step, int64_t size) {
  SliceBounds bounds;
  auto check = [&](const Value& part) {
    if (!part.is_none() && !part.is_integer()) {
      interpreter.raise("TypeError",
                        "slice indices must be integers or None or have an __index__ method");
    }
  };
  check(step);
  bounds.step = step.is_none() ? 1 : to_clamped_index(interpreter, step);
  if (bounds.step == 0) {
    interpreter.raise("ValueError", "slice step cannot be zero");
  }
  bounds.step = std::max<int64_t>(bounds.step, -INT64_MAX);
  check(start);
  check(stop);
  int64_t low = bounds.step < 0 ? -1 : 0, high = bounds.step < 0 ? size - 1 : size;
  auto place = [&](const Value& part, int64_t missing) {
    if (part.is_none()) {
      return missing;
    }
    int64_t n = to_clamped_index(interpreter, part);
    return n < 0 ? std::max(n + size, low) : std::min(n, high);
  };
  bounds.start = place(start, bounds.step < 0 ? high : low);
  bounds.end = place(stop, bounds.step < 0 ? low : high);
  if (bounds.step > 0 && bounds.start < bounds.end) {
    bounds.count = (bounds.end - bounds.start - 1) / bounds.step + 1;
  } else if (bounds.step < 0 && bounds.end < bounds.start) {
    bounds.count = (bounds.start - bounds.end - 1) / -bounds.step + 1;
  }
  return bounds;
}

/// The place of the code point that is `count` behind (negative: before) the one at `at`.
size_t moved(std::string_view text, size_t at, int64_t count) {
  for (; count > 0; --count) {
    at += code_point_size(text, at);
  }
  for (; count < 0; ++count) {
    do {
      --at;
    } while ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  }
  return at;
}

Value slice_text(const Value& value, const SliceBounds& bounds) {
  std::string_view text = value.as_string();
  auto begin = static_cast<size_t>(bounds.start);
  auto count = static_cast<size_t>(bounds.count);
  if (bounds.step == 1 && value.is_ascii()) {
    return ValueAccess::string(text.substr(count ? begin : 0, count), value.kind());
  }
  std::string out;
  size_t at = bounds.count > 0 ? byte_offset(text, begin) : 0;
  for (int64_t i = 0; i < bounds.count; ++i) {
    out += text.substr(at, code_point_size(text, at));
    if (i + 1 < bounds.count) {
      at = moved(text, at, bounds.step);
    }
  }
  return ValueAccess::string(out, value.kind());
}

/// A range whose bounds are the places of the slice's bounds, as Python shows it.
Value slice_range(Interpreter& interpreter, const RangeObject& range, const SliceBounds& bounds) {
  auto number_at = [&](int64_t place) {
    int64_t offset = 0, number = 0;
    if (__builtin_mul_overflow(place, range.step(), &offset) ||
        __builtin_add_overflow(range.at(0), offset, &number)) {
      interpreter.raise("OverflowError", "Python int too large to convert to C ssize_t");
    }
    return number;
  };
  int64_t stride = 0;
  if (__builtin_mul_overflow(range.step(), bounds.step, &stride)) {
    stride = (bounds.step < 0) == (range.step() < 0) ? INT64_MAX : INT64_MIN;
  }
  return make_range(number_at(bounds.start), number_at(bounds.end), stride);
}

/// Calls what `x.name` gives.
Value call_attribute(Interpreter& interpreter, const Value& value, std::string_view name,
                     const Arguments& arguments) {
  return call_value(interpreter, get_attribute(interpreter, value, name), arguments);
}

}  // namespace

std::optional<Value> python_attribute(Interpreter& interpreter, const Value& value,
                                      std::string_view name) {
  if (is_private(interpreter, name)) {
    if (is_object_attribute(name)) {
      return undefined_hint(fmt::format("access to attribute {} of '{}' object is unsafe.",
                                        repr_text(name), value.type_name()),
                            undefined_kind(interpreter), "SecurityError");
    }
    return std::nullopt;
  }
  if (value.is_object()) {
    if (std::optional<Value> attribute = value.as_object().attribute(interpreter, name)) {
      return attribute;
    }
  }
  if (BuiltinMethod method = find_method(value, name)) {
    return bind_method(value, name, method);
  }
  return builtin_attribute(value, name);
}

Value subscript(Interpreter& interpreter, const Value& value, const Value& key) {
  if (value.is_undefined()) {
    return member_of_undefined(interpreter, value);
  }
  if (value.is_dict()) {
    require_hashable(interpreter, key);
  }
  if (std::optional<Value> item = item_of(interpreter, value, key)) {
    return *item;
  }
  switch (value.kind()) {
    case Kind::Dict:
      interpreter.raise("KeyError", repr_text_of(interpreter, key));
    case Kind::List:
    case Kind::Tuple:
    case Kind::String:
    case Kind::Markup: {
      std::string_view name = value.is_list() ? "list" : value.is_tuple() ? "tuple" : "string";
      if (key.is_integer()) {
        interpreter.raise("IndexError", fmt::format("{} index out of range", name));
      }
      interpreter.raise("TypeError", fmt::format("{} indices must be integers or slices, not {}",
                                                 name, key.type_name()));
    }
    default:
      if (value.is_object() && value.as_object().is_mapping()) {
        interpreter.raise("KeyError", repr_text_of(interpreter, key));
      }
      interpreter.raise("TypeError",
                        fmt::format("'{}' object is not subscriptable", value.type_name()));
  }
}

Value get_attribute(Interpreter& interpreter, const Value& value, std::string_view name) {
  if (value.is_undefined()) {
    return member_of_undefined(interpreter, value);
  }
  if (std::optional<Value> attribute = python_attribute(interpreter, value, name)) {
    return *attribute;
  }
  if (value.is_dict()) {
    if (const Value* item = value.find(name)) {
      return *item;
    }
  } else if (value.is_object()) {
    if (std::optional<Value> item = value.as_object().item(interpreter, Value::string(name))) {
      return *item;
    }
  }
  return undefined_member(value, Value::string(name), undefined_kind(interpreter));
}

Value get_item(Interpreter& interpreter, const Value& value, const Value& key) {
  if (value.is_undefined()) {
    return member_of_undefined(interpreter, value);
  }
  if (key.is_undefined() && value.is_dict() && undefined_kind(key) == UndefinedKind::Strict) {
    raise_undefined(interpreter, key);
  }
  if (std::optional<Value> item = item_of(interpreter, value, key)) {
    return *item;
  }
  if (key.is_string()) {
    if (std::optional<Value> attribute = python_attribute(interpreter, value, key.as_string())) {
      return *attribute;
    }
  }
  return undefined_member(value, key, undefined_kind(interpreter));
}

Value get_slice(Interpreter& interpreter, const Value& value, const Value& start, const Value& stop,
                const Value& step) {
  if (value.is_undefined()) {
    return member_of_undefined(interpreter, value);
  }
  auto* range = value.as<RangeObject>();
  bool is_sliceable = value.is_string() || value.is_list() || value.is_tuple() || range;
  std::optional<std::vector<Value>> items;
  if (!is_sliceable && value.is_object() && !value.as_object().is_mapping() &&
      value.as_object().length() && !value.as<DictView>()) {
    items = value.as_object().iterate(interpreter);
  }
  if (!is_sliceable && !items) {
    interpreter.raise("TypeError", value.is_dict() ? "unhashable type: 'slice'"
                                                   : fmt::format("'{}' object is not subscriptable",
                                                                 value.type_name()));
  }
  auto size = static_cast<int64_t>(items   ? items->size()
                                   : range ? range->count()
                                           : length(interpreter, value));
  SliceBounds bounds = slice_bounds(interpreter, start, stop, step, size);
  if (value.is_string()) {
    charge_steps(interpreter, value.is_ascii() ? 0 : value.as_string().size() / 4);
    return slice_text(value, bounds);
  }
  if (range) {
    return slice_range(interpreter, *range, bounds);
  }
  const std::vector<Value>& source = items ? *items : sequence(value);
  std::vector<Value> taken;
  charge_steps(interpreter, static_cast<uint64_t>(bounds.count) / 4);
  taken.reserve(static_cast<size_t>(bounds.count));
  for (int64_t i = 0; i < bounds.count; ++i) {
    taken.push_back(source[static_cast<size_t>(bounds.start + i * bounds.step)]);
  }
  return value.is_tuple() ? Value::tuple(std::move(taken)) : Value::list(std::move(taken));
}

Value call_value(Interpreter& interpreter, const Value& callee, const Arguments& arguments) {
  if (callee.is_object()) {
    return callee.as_object().call(interpreter, arguments);
  }
  if (callee.is_undefined()) {
    if (undefined_kind(callee) == UndefinedKind::Permissive) {
      return callee;
    }
    raise_undefined(interpreter, callee);
  }
  interpreter.raise("TypeError", fmt::format("'{}' object is not callable", callee.type_name()));
}

Value call_method(Interpreter& interpreter, const Value& value, std::string_view name,
                  const Arguments& arguments) {
  if (is_private(interpreter, name)) {
    return call_attribute(interpreter, value, name, arguments);
  }
  if (value.is_object()) {
    if (std::optional<Value> result = value.as_object().call_method(interpreter, name, arguments)) {
      return *result;
    }
  }
  if (BuiltinMethod method = find_method(value, name)) {
    return method(interpreter, value, arguments);
  }
  return call_attribute(interpreter, value, name, arguments);
}

}  // namespace weft::jinja
