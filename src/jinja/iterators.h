// Objects that Python's iteration gives: one-shot iterators, dict views, ranges.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jinja/object.h"
#include "jinja/value.h"

namespace weft::jinja {

/// A one-shot iterator: generators of filters, reversed(), zip().
class IteratorObject : public Object {
 public:
  /// False at the end, and ever after.
  virtual bool next(Interpreter& interpreter, Value& item) = 0;

  /// What is left.
  std::optional<std::vector<Value>> iterate(Interpreter& interpreter) override;
  bool truthy() const override { return true; }
};

/// Runs a function for each item; prints as a generator of that name.
class GeneratorObject : public IteratorObject {
 public:
  using Step = std::function<bool(Interpreter&, Value&)>;
  /// `name` must outlive the object.
  GeneratorObject(std::string_view name, Step step) : name_(name), step_(std::move(step)) {}

  std::string_view type_name() const override { return "generator"; }
  bool next(Interpreter& interpreter, Value& item) override;
  std::string repr() const override;

 private:
  std::string_view name_;
  Step step_;
  bool is_running_ = false;
};

Value make_generator(std::string_view name, GeneratorObject::Step step);

/// Items of a sequence from the last to the first.
Value make_reversed(const Value& sequence);
/// An iterator over items that exist already, printed as this type.
Value make_item_iterator(std::string_view type_name, std::vector<Value> items);

/// d.keys(), d.values(), d.items(): live and re-iterable.
class DictView : public Object {
 public:
  enum class Part { Keys, Values, Items };
  DictView(Value dict, Part part) : dict_(std::move(dict)), part_(part) {}

  const Value& dict() const { return dict_; }
  Part part() const { return part_; }
  Value at(size_t i) const;

  std::string_view type_name() const override;
  std::optional<std::vector<Value>> iterate(Interpreter& interpreter) override;
  std::optional<size_t> length() const override { return dict_.size(); }
  std::string repr() const override;
  bool equals(const Object& other) const override;
  bool is_hashable() const override { return part_ == Part::Values; }
  bool contains(const Value& item) const;

 private:
  Value dict_;
  Part part_;
};

Value make_dict_view(const Value& dict, DictView::Part part);

/// range(start, stop, step) with 64-bit bounds.
class RangeObject : public Object {
 public:
  RangeObject(int64_t start, int64_t stop, int64_t step);

  int64_t at(uint64_t i) const { return start_ + static_cast<int64_t>(i) * step_; }
  uint64_t count() const { return count_; }
  bool contains(const Value& item) const;
  int64_t step() const { return step_; }

  std::string_view type_name() const override { return "range"; }
  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override;
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override;
  std::optional<std::vector<Value>> iterate(Interpreter& interpreter) override;
  std::optional<size_t> length() const override { return count_; }
  std::string repr() const override;
  bool equals(const Object& other) const override;
  size_t hash() const override;

 private:
  int64_t start_, stop_, step_;
  uint64_t count_ = 0;
};

/// range() as templates call it; the step must not be zero.
Value make_range(int64_t start, int64_t stop, int64_t step = 1);

}  // namespace weft::jinja
