#include "jinja/loop.h"

#include <utility>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/iterators.h"
#include "jinja/machine.h"

namespace weft::jinja {

LoopField loop_field(std::string_view name) {
  static constexpr std::pair<std::string_view, LoopField> kFields[] = {
      {"index", LoopField::Index},       {"index0", LoopField::Index0},
      {"revindex", LoopField::RevIndex}, {"revindex0", LoopField::RevIndex0},
      {"first", LoopField::First},       {"last", LoopField::Last},
      {"length", LoopField::Length},     {"depth", LoopField::Depth},
      {"depth0", LoopField::Depth0},     {"previtem", LoopField::PreviousItem},
      {"nextitem", LoopField::NextItem},
  };
  for (const auto& [known, field] : kFields) {
    if (known == name) {
      return field;
    }
  }
  return LoopField::Other;
}

void LoopObject::begin(Interpreter& interpreter, const Value& iterable) {
  iterable_ = iterable;
  if ((iterable.is_list() || iterable.is_tuple()) && filter.is_undefined()) {
    list_ = &sequence(iterable_);
    way_ = has_more_ ? Way::Other : Way::List;
    return;
  }
  auto* range = filter.is_undefined() ? iterable.as<RangeObject>() : nullptr;
  if (range) {
    is_range_ = true;
    way_ = has_more_ ? Way::Other : Way::Range;
    range_next_ = static_cast<uint64_t>(range->at(0));
    range_step_ = static_cast<uint64_t>(range->step());
    range_left_ = range->count();
  } else {
    iteration_.emplace(interpreter, iterable_);
  }
}

void LoopObject::end() {
  filter = Value();
  body = Value();
  depth0 = 0;
  iterable_ = Value();
  list_ = nullptr;
  position_ = 0;
  is_range_ = false;
  way_ = Way::Other;
  iteration_.reset();
  ahead_.clear();
  ahead_at_ = 0;
  is_read_ahead_ = false;
  index0_ = -1;
  length_.reset();
  has_more_ = false;
  has_after_ = false;
  after_ = Value();
  current_ = Value();
  before_ = Value();
  has_changed_ = false;
  changed_ = Value();
}

bool LoopObject::fetch(Value& item) {
  if (is_read_ahead_) {
    if (ahead_at_ >= ahead_.size()) {
      return false;
    }
    item = ahead_[ahead_at_++];
    return true;
  }
  if (list_) {
    return next_of_list(item);
  }
  if (is_range_) {
    return next_of_range(item);
  }
  while (iteration_->next(item)) {
    if (filter.is_undefined() || machine_.passes_filter(filter, item)) {
      return true;
    }
  }
  return false;
}

bool LoopObject::next_slow(Value& item) {
  if (has_after_) {
    item = std::move(after_);
    has_after_ = false;
  } else if (!fetch(item)) {
    return false;
  }
  ++index0_;
  if (has_more_) {
    before_ = std::move(current_);
    current_ = item;
  }
  return true;
}

bool LoopObject::peek() {
  if (!has_after_) {
    has_after_ = fetch(after_);
  }
  return has_after_;
}

size_t LoopObject::count() {
  if (length_) {
    return *length_;
  }
  if (list_ && !is_read_ahead_) {
    length_ = list_->size();
    return *length_;
  }
  if (filter.is_undefined() && !is_read_ahead_) {
    bool has_length = iterable_.is_string() || iterable_.is_dict() || iterable_.kind() == Kind::Set;
    if (iterable_.is_object()) {
      has_length = iterable_.as_object().length().has_value();
    }
    if (has_length || iterable_.is_undefined()) {
      length_ = jinja::length(machine_.interpreter(), iterable_);
      return *length_;
    }
  }
  Value item;
  std::vector<Value> rest;
  while (fetch(item)) {
    rest.push_back(std::move(item));
  }
  ahead_ = std::move(rest);
  ahead_at_ = 0;
  is_read_ahead_ = true;
  length_ = ahead_.size() + static_cast<size_t>(index0_ + 1) + (has_after_ ? 1 : 0);
  return *length_;
}

Value LoopObject::field(Interpreter&, LoopField which) {
  switch (which) {
    case LoopField::Index:
      return Value::integer(index0_ + 1);
    case LoopField::Index0:
      return Value::integer(index0_);
    case LoopField::RevIndex:
      return Value::integer(static_cast<int64_t>(count()) - index0_);
    case LoopField::RevIndex0:
      return Value::integer(static_cast<int64_t>(count()) - index0_ - 1);
    case LoopField::First:
      return Value::boolean(index0_ == 0);
    case LoopField::Last:
      return Value::boolean(!peek());
    case LoopField::Length:
      return Value::integer(static_cast<int64_t>(count()));
    case LoopField::Depth:
      return Value::integer(depth0 + 1);
    case LoopField::Depth0:
      return Value::integer(depth0);
    case LoopField::PreviousItem:
      return index0_ == 0 ? undefined_hint("there is no previous item", machine_.undefined_kind())
                          : before_;
    case LoopField::NextItem:
      return peek() ? after_ : undefined_hint("there is no next item", machine_.undefined_kind());
    case LoopField::Other:
      break;
  }
  return Value();
}

namespace {

/// loop.cycle and loop.changed as values.
class LoopMethod final : public Object {
 public:
  LoopMethod(std::string_view name, Value loop) : name_(name), loop_(std::move(loop)) {}

  std::string_view type_name() const override { return "method"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    return *loop_.as_object().call_method(interpreter, name_, arguments);
  }

 private:
  std::string_view name_;
  Value loop_;
};

}  // namespace

std::optional<Value> LoopObject::attribute(Interpreter& interpreter, std::string_view name) {
  LoopField which = loop_field(name);
  if (which != LoopField::Other) {
    return field(interpreter, which);
  }
  if (name == "cycle") {
    return Value::object(new LoopMethod("cycle", Value::object(this)));
  }
  if (name == "changed") {
    return Value::object(new LoopMethod("changed", Value::object(this)));
  }
  return std::nullopt;
}

Value LoopObject::cycle(Interpreter& interpreter, const Arguments& arguments) {
  if (!arguments.named.empty()) {
    interpreter.raise("TypeError",
                      fmt::format("LoopContext.cycle() got an unexpected keyword argument '{}'",
                                  arguments.named[0].name));
  }
  if (arguments.positional.empty()) {
    interpreter.raise("TypeError", "no items for cycling given");
  }
  return arguments.positional[static_cast<size_t>(index0_) % arguments.positional.size()];
}

bool LoopObject::changed(const Arguments& arguments) {
  Value now = Value::tuple({arguments.positional.begin(), arguments.positional.end()});
  bool is_new = !has_changed_ || !changed_.equals(now);
  if (is_new) {
    changed_ = std::move(now);
    has_changed_ = true;
  }
  return is_new;
}

std::optional<Value> LoopObject::call_method(Interpreter& interpreter, std::string_view name,
                                             const Arguments& arguments) {
  if (name == "cycle") {
    return cycle(interpreter, arguments);
  }
  if (name == "changed") {
    if (!arguments.named.empty()) {
      interpreter.raise("TypeError",
                        fmt::format("LoopContext.changed() got an unexpected keyword argument '{}'",
                                    arguments.named[0].name));
    }
    return Value::boolean(changed(arguments));
  }
  return Object::call_method(interpreter, name, arguments);
}

Value LoopObject::call(Interpreter& interpreter, const Arguments& arguments) {
  if (body.is_undefined()) {
    interpreter.raise("TypeError",
                      "The loop must have the 'recursive' marker to be called recursively.");
  }
  const Value* iterable = arguments.find(0, "iterable");
  if (!iterable || arguments.positional.size() + arguments.named.size() != 1) {
    interpreter.raise("TypeError",
                      "LoopContext.__call__() missing 1 required positional argument: 'iterable'");
  }
  return machine_.call_loop(body, *iterable, depth0 + 1);
}

std::optional<size_t> LoopObject::length() const { return const_cast<LoopObject*>(this)->count(); }

std::optional<std::vector<Value>> LoopObject::iterate(Interpreter&) {
  std::vector<Value> items;
  Value item;
  while (next(item)) {
    items.push_back(Value::tuple({item, Value::object(this)}));
  }
  return items;
}

std::string LoopObject::repr() const {
  return fmt::format("<LoopContext {}/{}>", index0_ + 1, const_cast<LoopObject*>(this)->count());
}

}  // namespace weft::jinja
