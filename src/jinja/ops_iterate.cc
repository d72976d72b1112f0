// Iteration, truth, length and text of values.
#include <algorithm>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/iterators.h"
#include "jinja/markup.h"
#include "jinja/notes.h"
#include "jinja/ops.h"
#include "jinja/text.h"
#include "jinja/value_text.h"

namespace weft::jinja {
namespace {

bool is_strict(const Value& value) {
  return value.is_undefined() && undefined_kind(value) == UndefinedKind::Strict;
}

Value character(std::string_view text) { return Value::string(text); }

}  // namespace

Iteration::Iteration(Interpreter& interpreter, const Value& iterable, std::string_view failure)
    : interpreter_(interpreter), iterable_(iterable) {
  switch (iterable.kind()) {
    case Kind::List:
    case Kind::Tuple:
      source_ = Source::Sequence;
      return;
    case Kind::String:
    case Kind::Markup:
      source_ = Source::Text;
      return;
    case Kind::Dict:
    case Kind::Set:
      source_ = Source::Table;
      size_ = iterable.size();
      return;
    case Kind::Undefined:
      if (is_strict(iterable)) {
        raise_undefined(interpreter, iterable);
      }
      return;
    case Kind::Object:
      break;
    default:
      interpreter.raise("TypeError", fmt::format(fmt::runtime(failure), iterable.type_name()));
  }
  if (iterable.as<IteratorObject>()) {
    source_ = Source::Iterator;
  } else if (iterable.as<RangeObject>()) {
    source_ = Source::Range;
  } else if (auto* view = iterable.as<DictView>()) {
    source_ = Source::View;
    size_ = view->dict().size();
  } else if (auto items = iterable.as_object().iterate(interpreter)) {
    source_ = Source::Items;
    items_ = std::move(*items);
  } else {
    interpreter.raise("TypeError", fmt::format(fmt::runtime(failure), iterable.type_name()));
  }
}

bool Iteration::next_of_table(Value& item) {
  auto* view = source_ == Source::View ? static_cast<DictView*>(&iterable_.as_object()) : nullptr;
  const Value& table = view ? view->dict() : iterable_;
  if (table.size() != size_) {
    interpreter_.raise("RuntimeError", fmt::format("{} changed size during iteration",
                                                   table.is_dict() ? "dictionary" : "Set"));
  }
  if (position_ >= size_) {
    return false;
  }
  item = view ? view->at(position_) : table.at(position_);
  ++position_;
  return true;
}

bool Iteration::next(Value& item) {
  count_item();
  switch (source_) {
    case Source::Empty:
      return false;
    case Source::Sequence: {
      const std::vector<Value>& items = sequence(iterable_);
      if (position_ >= items.size()) {
        return false;
      }
      item = items[position_++];
      return true;
    }
    case Source::Text: {
      std::string_view text = iterable_.as_string();
      if (position_ >= text.size()) {
        return false;
      }
      size_t size = code_point_size(text, position_);
      item = character(text.substr(position_, size));
      position_ += size;
      return true;
    }
    case Source::Table:
    case Source::View:
      return next_of_table(item);
    case Source::Range: {
      auto& range = static_cast<RangeObject&>(iterable_.as_object());
      if (position_ >= range.count()) {
        return false;
      }
      item = Value::integer(range.at(position_++));
      return true;
    }
    case Source::Iterator:
      return static_cast<IteratorObject&>(iterable_.as_object()).next(interpreter_, item);
    case Source::Items:
      if (position_ >= items_.size()) {
        return false;
      }
      item = std::move(items_[position_++]);
      return true;
  }
  return false;
}

bool is_iterable(Interpreter& interpreter, const Value& value) {
  switch (value.kind()) {
    case Kind::List:
    case Kind::Tuple:
    case Kind::String:
    case Kind::Markup:
    case Kind::Dict:
    case Kind::Set:
      return true;
    case Kind::Undefined:
      if (is_strict(value)) {
        raise_undefined(interpreter, value);
      }
      return true;
    case Kind::Object:
      return value.as<IteratorObject>() || value.as<RangeObject>() || value.as<DictView>() ||
             value.as_object().iterate(interpreter).has_value();
    default:
      return false;
  }
}

std::vector<Value> to_items(Interpreter& interpreter, const Value& iterable) {
  if (iterable.is_list() || iterable.is_tuple()) {
    return sequence(iterable);
  }
  Iteration iteration(interpreter, iterable);
  std::vector<Value> items;
  Value item;
  while (iteration.next(item)) {
    items.push_back(std::move(item));
  }
  charge_bytes(interpreter, items.size() * sizeof(Value));
  return items;
}

bool truth(Interpreter& interpreter, const Value& value) {
  if (is_strict(value)) {
    raise_undefined(interpreter, value);
  }
  return value.truthy();
}

size_t length(Interpreter& interpreter, const Value& value) {
  switch (value.kind()) {
    case Kind::String:
    case Kind::Markup:
      return value.text_length();
    case Kind::List:
    case Kind::Tuple:
    case Kind::Dict:
    case Kind::Set:
      return value.size();
    case Kind::Undefined:
      if (is_strict(value)) {
        raise_undefined(interpreter, value);
      }
      return 0;
    case Kind::Object:
      if (std::optional<size_t> size = value.as_object().length()) {
        return *size;
      }
      [[fallthrough]];
    default:
      interpreter.raise("TypeError",
                        fmt::format("object of type '{}' has no len()", value.type_name()));
  }
}

void append_str(Interpreter& interpreter, const Value& value, std::string& out) {
  switch (value.kind()) {
    case Kind::String:
    case Kind::Markup:
      out += value.as_string();
      return;
    case Kind::Int:
    case Kind::None:
    case Kind::Bool:
    case Kind::Float:
      append_text(value, out);
      return;
    case Kind::BigInt: {
      // As much as the digits that Python allows cost at most.
      constexpr uint64_t kDigitSteps = 4096;
      charge_steps(interpreter, kDigitSteps);
      append_text(value, out);
      return;
    }
    case Kind::Undefined:
      if (is_strict(value)) {
        raise_undefined(interpreter, value);
      }
      return;
    default: {
      size_t before = out.size();
      append_text(value, out);
      charge_text(interpreter, out.size() - before);
      raise_noted(interpreter);
    }
  }
}

void append_escaped(Interpreter& interpreter, const Value& value, std::string& out) {
  if (value.kind() == Kind::Markup) {
    out += value.as_string();
  } else if (value.kind() == Kind::String) {
    append_escaped(out, value.as_string());
  } else {
    append_escaped(out, str_text_of(interpreter, value));
  }
}

namespace {

bool are_plain(std::span<const Value> parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [](const Value& part) { return part.is_string(); });
}

}  // namespace

Value concat_values(Interpreter& interpreter, std::span<const Value> parts, bool escape) {
  bool is_markup = false;
  size_t size = 0;
  for (const Value& part : parts) {
    is_markup = is_markup || (escape && has_html(part));
    size += part.is_string() ? part.as_string().size() : 0;
  }
  charge_bytes(interpreter, size);
  if (!is_markup && are_plain(parts)) {
    return ValueAccess::joined(parts, size);
  }
  std::string text;
  for (const Value& part : parts) {
    if (is_markup) {
      append_escaped(interpreter, part, text);
    } else {
      append_str(interpreter, part, text);
    }
  }
  return is_markup ? Value::markup(text) : Value::string(std::move(text));
}

std::string str_text_of(Interpreter& interpreter, const Value& value) {
  std::string text;
  append_str(interpreter, value, text);
  return text;
}

std::string repr_text_of(Interpreter& interpreter, const Value& value) {
  std::string text;
  append_repr(value, text);
  raise_noted(interpreter);
  return text;
}

}  // namespace weft::jinja
