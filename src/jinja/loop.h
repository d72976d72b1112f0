// LoopObject: a running for loop; `loop` in templates.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jinja/cells.h"
#include "jinja/macro.h"
#include "jinja/object.h"
#include "jinja/ops.h"

namespace weft::jinja {

/// Attributes of `loop`, resolved when a template is compiled.
enum class LoopField : uint8_t {
  Other,
  Index,
  Index0,
  RevIndex,
  RevIndex0,
  First,
  Last,
  Length,
  Depth,
  Depth0,
  PreviousItem,
  NextItem,
};
LoopField loop_field(std::string_view name);

class LoopObject final : public Object {
 public:
  explicit LoopObject(Machine& machine) : machine_(machine) {}

  /// Starts over an iterable. Raises TypeError when it is not one.
  void begin(Interpreter& interpreter, const Value& iterable);
  /// Makes the loop ready to be used again.
  void end();
  /// The next item; false at the end.
  bool next(Value& item) {
    if (way_ == Way::Other) {
      return next_slow(item);
    }
    bool is_there = way_ == Way::Range ? next_of_range(item) : next_of_list(item);
    index0_ += is_there ? 1 : 0;
    return is_there;
  }

  Value field(Interpreter& interpreter, LoopField field);
  std::string_view type_name() const override { return "LoopContext"; }
  std::string_view module_name() const override { return "jinja2.runtime"; }
  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override;
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override;
  Value call(Interpreter& interpreter, const Arguments& arguments) override;
  bool is_callable() const override { return true; }
  std::optional<size_t> length() const override;
  std::optional<std::vector<Value>> iterate(Interpreter& interpreter) override;
  std::string repr() const override;

  /// The condition of the loop, or none.
  Value filter;
  /// The body, when the loop is recursive.
  Value body;
  int64_t depth0 = 0;
  /// Keeps previous items.
  void keep_items() { has_more_ = true; }

 private:
  bool next_slow(Value& item);
  bool next_of_list(Value& item) {
    if (position_ >= list_->size()) {
      return false;
    }
    item = (*list_)[position_++];
    return true;
  }
  bool next_of_range(Value& item) {
    if (range_left_ == 0) {
      return false;
    }
    --range_left_;
    ValueAccess::assign_integer(item, static_cast<int64_t>(range_next_));
    range_next_ += range_step_;
    return true;
  }
  bool fetch(Value& item);
  bool peek();
  size_t count();
  Value cycle(Interpreter& interpreter, const Arguments& arguments);
  bool changed(const Arguments& arguments);

  Machine& machine_;
  Value iterable_;
  /// The items of a list or tuple that is iterated, for speed.
  const std::vector<Value>* list_ = nullptr;
  size_t position_ = 0;
  /// How the next item is found: at once where nothing but the place in a list or range is kept
  /// track of.
  enum class Way : uint8_t { Other, List, Range };
  Way way_ = Way::Other;
  /// A range that is iterated; unsigned, as the number behind the last one may not fit.
  bool is_range_ = false;
  uint64_t range_next_ = 0;
  uint64_t range_step_ = 0;
  uint64_t range_left_ = 0;
  std::optional<Iteration> iteration_;
  /// Items that were read ahead to count them.
  std::vector<Value> ahead_;
  size_t ahead_at_ = 0;
  bool is_read_ahead_ = false;
  int64_t index0_ = -1;
  std::optional<size_t> length_;
  /// True when more than the items is kept track of.
  bool has_more_ = false;
  bool has_after_ = false;
  Value after_;
  Value current_;
  Value before_;
  bool has_changed_ = false;
  Value changed_;
};

}  // namespace weft::jinja
