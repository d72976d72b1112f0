// == != < <= > >= in, not in.
#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/datetime.h"
#include "jinja/engine.h"
#include "jinja/equality.h"
#include "jinja/iterators.h"
#include "jinja/notes.h"
#include "jinja/ops.h"
#include "jinja/search.h"
#include "jinja/set_ops.h"

namespace weft::jinja {
namespace {

std::string_view symbol(CompareOp op) {
  switch (op) {
    case CompareOp::Less:
      return "<";
    case CompareOp::LessEqual:
      return "<=";
    case CompareOp::Greater:
      return ">";
    default:
      return ">=";
  }
}

bool holds(CompareOp op, int order) {
  switch (op) {
    case CompareOp::Less:
      return order < 0;
    case CompareOp::LessEqual:
      return order <= 0;
    case CompareOp::Greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

[[noreturn]] void not_ordered(Interpreter& interpreter, CompareOp op, const Value& left,
                              const Value& right) {
  interpreter.raise("TypeError",
                    fmt::format("'{}' not supported between instances of '{}' and '{}'", symbol(op),
                                left.type_name(), right.type_name()));
}

/// Looking at many items costs more than the instruction that does it.
void charge_items(Interpreter& interpreter, size_t count) {
  constexpr size_t kMany = 64, kItemsOfStep = 16;
  if (count > kMany) {
    charge_steps(interpreter, count / kItemsOfStep);
  }
}

bool is_strict(const Value& value) {
  return value.is_undefined() && undefined_kind(value) == UndefinedKind::Strict;
}

/// Python compares lists item by item, up to the first that differs; a strict undefined cannot be.
void check_strict_items(Interpreter& interpreter, const Value& left, const Value& right) {
  bool are_sequences = left.kind() == right.kind() && (left.is_list() || left.is_tuple());
  if (!are_sequences || undefined_kind(interpreter) != UndefinedKind::Strict) {
    return;
  }
  for (size_t i = 0; i < left.size() && i < right.size(); ++i) {
    const Value& a = left.at(i);
    const Value& b = right.at(i);
    if (a.same_as(b)) {
      continue;
    }
    if (is_strict(a) || is_strict(b)) {
      raise_undefined(interpreter, is_strict(a) ? a : b);
    }
    if (!a.equals(b)) {
      return;
    }
  }
}

bool equal(Interpreter& interpreter, const Value& left, const Value& right) {
  if (is_strict(left)) {
    raise_undefined(interpreter, left);
  }
  if (is_strict(right)) {
    raise_undefined(interpreter, right);
  }
  check_strict_items(interpreter, left, right);
  if (left.kind() == right.kind() && (left.is_list() || left.is_tuple() || left.is_dict())) {
    charge_items(interpreter, std::min(left.size(), right.size()));
  }
  bool result = left.equals(right);
  raise_noted(interpreter);
  return result;
}

bool sequence_ordered(Interpreter& interpreter, CompareOp op, const Value& left,
                      const Value& right) {
  DepthGuard guard(interpreter);
  check_strict_items(interpreter, left, right);
  size_t shared = std::min(left.size(), right.size());
  charge_items(interpreter, shared);
  for (size_t i = 0; i < shared; ++i) {
    if (!same_or_equal(left.at(i), right.at(i))) {
      raise_noted(interpreter);
      return ordered(interpreter, op, left.at(i), right.at(i));
    }
  }
  return holds(op, (left.size() > right.size()) - (left.size() < right.size()));
}

bool set_ordered(CompareOp op, const Value& left, const Value& right) {
  switch (op) {
    case CompareOp::Less:
      return left.size() < right.size() && is_subset(left, right);
    case CompareOp::LessEqual:
      return is_subset(left, right);
    case CompareOp::Greater:
      return right.size() < left.size() && is_subset(right, left);
    default:
      return is_subset(right, left);
  }
}

bool moment_ordered(Interpreter& interpreter, CompareOp op, const DateTime& left,
                    const DateTime& right) {
  if (left.utc_offset.has_value() != right.utc_offset.has_value()) {
    interpreter.raise("TypeError", "can't compare offset-naive and offset-aware datetimes");
  }
  int64_t a = utc_micros(left), b = utc_micros(right);
  return holds(op, (a > b) - (a < b));
}

template <typename T>
int order_of(T a, T b) {
  return (a > b) - (a < b);
}

bool object_contains(Interpreter& interpreter, const Value& item, const Value& container) {
  if (const auto* view = container.as<DictView>()) {
    return view->contains(item);
  }
  if (const auto* range = container.as<RangeObject>()) {
    return range->contains(item);
  }
  Object& object = container.as_object();
  if (object.is_mapping()) {
    return object.item(interpreter, item).has_value();
  }
  Iteration iteration(interpreter, container, "argument of type '{}' is not iterable");
  Value other;
  while (iteration.next(other)) {
    if (other.same_as(item) || equal(interpreter, other, item)) {
      return true;
    }
  }
  return false;
}

bool contains(Interpreter& interpreter, const Value& item, const Value& container) {
  switch (container.kind()) {
    case Kind::String:
    case Kind::Markup:
      if (!item.is_string()) {
        interpreter.raise(
            "TypeError",
            fmt::format("'in <string>' requires string as left operand, not {}", item.type_name()));
      }
      charge_steps(interpreter, container.as_string().size() / 16);
      return find_text(container.as_string(), item.as_string()) != std::string_view::npos;
    case Kind::List:
    case Kind::Tuple:
      charge_items(interpreter, container.size());
      for (size_t i = 0; i < container.size(); ++i) {
        const Value& other = container.at(i);
        if (other.same_as(item) || equal(interpreter, other, item)) {
          return true;
        }
      }
      return false;
    case Kind::Dict:
    case Kind::Set:
      // A set takes another set for a frozen one here, which no template can make.
      require_hashable(interpreter, item);
      return container.find(item) != nullptr;
    case Kind::Object:
      return object_contains(interpreter, item, container);
    case Kind::Undefined:
      if (is_strict(container)) {
        raise_undefined(interpreter, container);
      }
      return false;
    default:
      interpreter.raise(
          "TypeError", fmt::format("argument of type '{}' is not iterable", container.type_name()));
  }
}

}  // namespace

bool ordered(Interpreter& interpreter, CompareOp op, const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) {
    std::optional<int> order = compare_numbers(left, right);
    if (!order && (left.kind() == Kind::Decimal || right.kind() == Kind::Decimal)) {
      interpreter.raise("InvalidOperation", "[<class 'decimal.InvalidOperation'>]");
    }
    return order && holds(op, *order);
  }
  if (left.is_string() && right.is_string()) {
    return holds(op, left.as_string().compare(right.as_string()));
  }
  if (left.is_undefined() || right.is_undefined()) {
    raise_undefined(interpreter, left.is_undefined() ? left : right);
  }
  if (left.kind() != right.kind()) {
    if ((left.kind() == Kind::Date && right.kind() == Kind::DateTime) ||
        (left.kind() == Kind::DateTime && right.kind() == Kind::Date)) {
      // Python asks the subclass first, on whichever side it stands.
      interpreter.raise("TypeError", "can't compare datetime.datetime to datetime.date");
    }
    not_ordered(interpreter, op, left, right);
  }
  switch (left.kind()) {
    case Kind::List:
    case Kind::Tuple:
      return sequence_ordered(interpreter, op, left, right);
    case Kind::Set:
      return set_ordered(op, left, right);
    case Kind::Date:
      return holds(op, order_of(to_ordinal(left.as_date()), to_ordinal(right.as_date())));
    case Kind::Time:
      return holds(op, order_of(micros_of_day(left.as_time()), micros_of_day(right.as_time())));
    case Kind::DateTime:
      return moment_ordered(interpreter, op, left.as_date_time(), right.as_date_time());
    case Kind::TimeDelta:
      return holds(
          op, order_of(total_micros(left.as_time_delta()), total_micros(right.as_time_delta())));
    default:
      not_ordered(interpreter, op, left, right);
  }
}

void require_hashable(Interpreter& interpreter, const Value& key) {
  if (is_strict(key)) {
    raise_undefined(interpreter, key);
  }
  if (key.is_hashable()) {
    return;
  }
  const Value* culprit = &key;
  for (size_t i = 0; culprit->is_tuple() && i < culprit->size();) {
    if (!culprit->at(i).is_hashable()) {
      culprit = &culprit->at(i);
      i = 0;
    } else {
      ++i;
    }
  }
  interpreter.raise("TypeError", fmt::format("unhashable type: '{}'", culprit->type_name()));
}

bool compare(Interpreter& interpreter, CompareOp op, const Value& left, const Value& right) {
  switch (op) {
    case CompareOp::Equal:
      return equal(interpreter, left, right);
    case CompareOp::NotEqual:
      return !equal(interpreter, left, right);
    case CompareOp::In:
      return contains(interpreter, left, right);
    case CompareOp::NotIn:
      return !contains(interpreter, left, right);
    default:
      if (left.kind() == Kind::Int && right.kind() == Kind::Int) {
        return holds(op, order_of(left.as_int(), right.as_int()));
      }
      return ordered(interpreter, op, left, right);
  }
}

}  // namespace weft::jinja
