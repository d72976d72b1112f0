#include "jinja/iterators.h"

#include <limits>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/equality.h"
#include "jinja/interpreter.h"
#include "jinja/ops.h"

namespace weft::jinja {
namespace {

class ReversedObject : public IteratorObject {
 public:
  explicit ReversedObject(const Value& sequence) : sequence_(sequence) {
    if (auto* range = sequence.as<RangeObject>()) {
      left_ = range->count();
    } else if (auto* view = sequence.as<DictView>()) {
      left_ = view->dict().size();
    } else {
      left_ = sequence.size();
    }
  }

  std::string_view type_name() const override {
    switch (sequence_.kind()) {
      case Kind::List:
        return "list_reverseiterator";
      case Kind::Dict:
        return "dict_reversekeyiterator";
      case Kind::Object:
        return sequence_.as<RangeObject>() ? "range_iterator" : "dict_reversekeyiterator";
      default:
        return "reversed";
    }
  }

  bool next(Interpreter&, Value& item) override {
    auto* range = sequence_.as<RangeObject>();
    auto* view = sequence_.as<DictView>();
    size_t size = range ? range->count() : view ? view->dict().size() : sequence_.size();
    if (left_ == 0 || left_ > size) {
      left_ = 0;
      return false;
    }
    --left_;
    item = range  ? Value::integer(range->at(left_))
           : view ? view->at(left_)
                  : Value(sequence_.at(left_));
    return true;
  }

 private:
  Value sequence_;
  size_t left_ = 0;
};

class ItemIterator : public IteratorObject {
 public:
  ItemIterator(std::string_view name, std::vector<Value> items)
      : name_(name), items_(std::move(items)) {}

  std::string_view type_name() const override { return name_; }
  bool next(Interpreter&, Value& item) override {
    if (position_ >= items_.size()) {
      return false;
    }
    item = std::move(items_[position_++]);
    return true;
  }

 private:
  std::string_view name_;
  std::vector<Value> items_;
  size_t position_ = 0;
};

}  // namespace

std::optional<std::vector<Value>> IteratorObject::iterate(Interpreter& interpreter) {
  std::vector<Value> items;
  Value item;
  while (next(interpreter, item)) {
    charge_bytes(interpreter, sizeof(Value));
    items.push_back(std::move(item));
  }
  return items;
}

bool GeneratorObject::next(Interpreter& interpreter, Value& item) {
  if (is_running_) {
    interpreter.raise("ValueError", "generator already executing");
  }
  charge_steps(interpreter, 1);
  is_running_ = true;
  // A step that raises leaves the generator as it is; Python's would be at its end.
  struct Reset {
    bool& flag;
    ~Reset() { flag = false; }
  } reset{is_running_};
  return step_(interpreter, item);
}

std::string GeneratorObject::repr() const {
  return fmt::format("<generator object {} at {}>", name_, fmt::ptr(this));
}

Value make_generator(std::string_view name, GeneratorObject::Step step) {
  return Value::object(new GeneratorObject(name, std::move(step)));
}

Value make_reversed(const Value& sequence) { return Value::object(new ReversedObject(sequence)); }

Value make_item_iterator(std::string_view type_name, std::vector<Value> items) {
  return Value::object(new ItemIterator(type_name, std::move(items)));
}

std::string_view DictView::type_name() const {
  return part_ == Part::Keys ? "dict_keys" : part_ == Part::Values ? "dict_values" : "dict_items";
}

Value DictView::at(size_t i) const {
  switch (part_) {
    case Part::Keys:
      return dict_.key_at(i);
    case Part::Values:
      return dict_.value_at(i);
    default:
      return Value::tuple({dict_.key_at(i), dict_.value_at(i)});
  }
}

std::optional<std::vector<Value>> DictView::iterate(Interpreter&) {
  std::vector<Value> items;
  items.reserve(dict_.size());
  for (size_t i = 0; i < dict_.size(); ++i) {
    items.push_back(at(i));
  }
  return items;
}

std::string DictView::repr() const {
  std::vector<Value> items;
  for (size_t i = 0; i < dict_.size(); ++i) {
    items.push_back(at(i));
  }
  return fmt::format("{}({})", type_name(), Value::list(std::move(items)).repr());
}

bool DictView::contains(const Value& item) const {
  if (part_ == Part::Values) {
    for (size_t i = 0; i < dict_.size(); ++i) {
      if (same_or_equal(dict_.value_at(i), item)) {
        return true;
      }
    }
    return false;
  }
  if (part_ == Part::Keys) {
    return item.is_hashable() && dict_.find(item) != nullptr;
  }
  if (!item.is_tuple() || item.size() != 2 || !item.at(0).is_hashable()) {
    return false;
  }
  const Value* value = dict_.find(item.at(0));
  return value && same_or_equal(*value, item.at(1));
}

bool DictView::equals(const Object& other) const {
  const auto* view = dynamic_cast<const DictView*>(&other);
  if (!view || part_ == Part::Values || view->part_ != part_) {
    return this == &other;
  }
  if (view->dict_.size() != dict_.size()) {
    return false;
  }
  for (size_t i = 0; i < dict_.size(); ++i) {
    if (!view->contains(at(i))) {
      return false;
    }
  }
  return true;
}

Value make_dict_view(const Value& dict, DictView::Part part) {
  return Value::object(new DictView(dict, part));
}

RangeObject::RangeObject(int64_t start, int64_t stop, int64_t step)
    : start_(start), stop_(stop), step_(step) {
  auto distance = [](int64_t from, int64_t to) {
    return static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
  };
  if (step > 0 && start < stop) {
    count_ = (distance(start, stop) - 1) / static_cast<uint64_t>(step) + 1;
  } else if (step < 0 && start > stop) {
    count_ = (distance(stop, start) - 1) / (~static_cast<uint64_t>(step) + 1) + 1;
  }
}

bool RangeObject::contains(const Value& item) const {
  if (!item.is_number()) {
    return false;
  }
  if (count_ == 0) {
    return false;
  }
  auto low = Value::integer(std::min(start_, at(count_ - 1)));
  auto high = Value::integer(std::max(start_, at(count_ - 1)));
  std::optional<int> above = compare_numbers(item, low), below = compare_numbers(item, high);
  if (!above || !below || *above < 0 || *below > 0) {
    return false;
  }
  double as_double = item.kind() == Kind::Float ? item.as_float() : 0;
  int64_t n = item.kind() == Kind::Float ? static_cast<int64_t>(as_double)
              : item.is_integer()        ? item.as_int()
                                         : static_cast<int64_t>(std::stod(item.str()));
  uint64_t begin = static_cast<uint64_t>(start_), place = static_cast<uint64_t>(n);
  uint64_t distance = step_ < 0 ? begin - place : place - begin;
  uint64_t step = step_ < 0 ? 0 - static_cast<uint64_t>(step_) : static_cast<uint64_t>(step_);
  return Value::integer(n).equals(item) && distance % step == 0;
}

std::optional<Value> RangeObject::attribute(Interpreter&, std::string_view name) {
  if (name == "start") {
    return Value::integer(start_);
  }
  if (name == "stop") {
    return Value::integer(stop_);
  }
  if (name == "step") {
    return Value::integer(step_);
  }
  return std::nullopt;
}

std::optional<Value> RangeObject::item(Interpreter&, const Value& key) {
  if (key.kind() != Kind::Int && !key.is_bool()) {
    return std::nullopt;
  }
  int64_t index = key.as_int();
  if (index < 0) {
    index += static_cast<int64_t>(count_);
  }
  if (index < 0 || static_cast<uint64_t>(index) >= count_) {
    return std::nullopt;
  }
  return Value::integer(at(static_cast<uint64_t>(index)));
}

std::optional<std::vector<Value>> RangeObject::iterate(Interpreter& interpreter) {
  charge_bytes(interpreter, count_ * sizeof(Value));
  std::vector<Value> items;
  items.reserve(count_);
  for (uint64_t i = 0; i < count_; ++i) {
    items.push_back(Value::integer(at(i)));
  }
  return items;
}

std::string RangeObject::repr() const {
  return step_ == 1 ? fmt::format("range({}, {})", start_, stop_)
                    : fmt::format("range({}, {}, {})", start_, stop_, step_);
}

bool RangeObject::equals(const Object& other) const {
  const auto* range = dynamic_cast<const RangeObject*>(&other);
  return range && range->count_ == count_ &&
         (count_ == 0 || (range->start_ == start_ && (count_ == 1 || range->step_ == step_)));
}

size_t RangeObject::hash() const {
  return count_ == 0 ? 0
                     : static_cast<size_t>(start_) * 31 +
                           (count_ == 1 ? 0 : static_cast<size_t>(step_)) + count_;
}

Value make_range(int64_t start, int64_t stop, int64_t step) {
  return Value::object(new RangeObject(start, stop, step));
}

}  // namespace weft::jinja
