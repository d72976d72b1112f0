// map, select, reject, selectattr, rejectattr: one-shot generators that look for their filter or
// test when the first item is asked for.
#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/filters.h"
#include "jinja/iterators.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"

namespace weft::jinja {
namespace {

/// Arguments kept for calls after the filter has returned. The first positional one is replaced by
/// each item.
class KeptArguments {
 public:
  /// Leaves out the value and the next `skipped` positional arguments.
  KeptArguments(const Arguments& arguments, size_t skipped) {
    positional_.emplace_back();
    for (size_t i = 1 + skipped; i < arguments.positional.size(); ++i) {
      positional_.push_back(arguments.positional[i]);
    }
    names_.reserve(arguments.named.size());
    for (const NamedValue& argument : arguments.named) {
      names_.emplace_back(argument.name);
      named_.push_back({names_.back(), argument.value});
    }
  }
  KeptArguments(const KeptArguments&) = delete;
  KeptArguments& operator=(const KeptArguments&) = delete;

  Arguments with(const Value& item) {
    positional_[0] = item;
    return {positional_, named_};
  }
  const std::vector<NamedValue>& named() const { return named_; }

 private:
  std::vector<Value> positional_;
  std::vector<std::string> names_;
  std::vector<NamedValue> named_;
};

std::string_view callable_name(Interpreter& interpreter, const Value& name, std::string_view what) {
  if (name.is_string()) {
    return name.as_string();
  }
  require_hashable(interpreter, name);
  std::string message = fmt::format("No {} named {}.", what, name.repr());
  if (name.is_undefined()) {
    message += fmt::format(" ({}; did you forget to quote the callable name?)",
                           undefined_error(name).second);
  }
  interpreter.raise("TemplateRuntimeError", message);
}

const Value& value_of(Interpreter& interpreter, const Arguments& arguments,
                      std::string_view function) {
  if (arguments.positional.empty()) {
    interpreter.raise(
        "TypeError", fmt::format("{}() missing 1 required positional argument: 'value'", function));
  }
  return arguments.positional[0];
}

struct Mapping {
  explicit Mapping(const Arguments& arguments)
      : kept(arguments, arguments.positional.size() > 1 ? 1 : 0),
        has_name(arguments.positional.size() > 1),
        name(has_name ? arguments.positional[1] : Value()) {}

  /// Python's prepare step: a filter by name, or the attribute of each item.
  void prepare(Interpreter& interpreter) {
    const Value *attribute = nullptr, *fallback = nullptr, *unknown = nullptr;
    std::string_view unknown_name;
    for (const NamedValue& argument : kept.named()) {
      if (argument.name == "attribute") {
        attribute = &argument.value;
      } else if (argument.name == "default") {
        fallback = &argument.value;
      } else if (!unknown) {
        unknown = &argument.value;
        unknown_name = argument.name;
      }
    }
    if (has_name || !attribute) {
      if (!has_name) {
        interpreter.raise("FilterArgumentError", "map requires a filter argument");
      }
      return;
    }
    if (unknown) {
      interpreter.raise("FilterArgumentError",
                        fmt::format("Unexpected keyword argument '{}'", unknown_name));
    }
    getter.emplace(interpreter, attribute, false, fallback);
  }

  KeptArguments kept;
  bool has_name;
  Value name;
  std::optional<AttributeGetter> getter;
  std::optional<Iteration> iteration;
  bool is_empty = false;
};

Value map(Interpreter& interpreter, const Arguments& arguments, void*) {
  Value value = value_of(interpreter, arguments, "sync_do_map");
  auto state = std::make_shared<Mapping>(arguments);
  auto step = [state, value](Interpreter& in, Value& out) {
    if (!state->iteration && !state->is_empty) {
      state->is_empty = !truth(in, value);
      if (!state->is_empty) {
        state->prepare(in);
        state->iteration.emplace(in, value);
      }
    }
    Value item;
    if (state->is_empty || !state->iteration->next(item)) {
      return false;
    }
    out = state->getter
              ? state->getter->get(item)
              : apply_filter(in, callable_name(in, state->name, "filter"), state->kept.with(item));
    return true;
  };
  return make_generator("sync_do_map", std::move(step));
}

struct Selection {
  Selection(const Arguments& arguments, bool asks_attribute)
      : kept(arguments, asks_attribute ? 2 : 1),
        by_attribute(asks_attribute),
        has_attribute(asks_attribute && arguments.positional.size() > 1),
        attribute(has_attribute ? arguments.positional[1] : Value()) {
    size_t at = by_attribute ? 2 : 1;
    has_test = arguments.positional.size() > at;
    test = has_test ? arguments.positional[at] : Value();
  }

  void prepare(Interpreter& interpreter) {
    if (by_attribute && !has_attribute) {
      interpreter.raise("FilterArgumentError", "Missing parameter for attribute name");
    }
    if (by_attribute) {
      getter.emplace(interpreter, &attribute);
    }
  }

  bool accepts(Interpreter& interpreter, const Value& item) {
    Value asked = getter ? getter->get(item) : item;
    if (!has_test) {
      return truth(interpreter, asked);
    }
    return apply_test(interpreter, callable_name(interpreter, test, "test"), kept.with(asked));
  }

  KeptArguments kept;
  bool by_attribute, has_attribute;
  Value attribute;
  bool has_test = false;
  Value test;
  std::optional<AttributeGetter> getter;
  std::optional<Iteration> iteration;
  bool is_empty = false;
};

template <bool wanted, bool by_attribute>
Value select(Interpreter& interpreter, const Arguments& arguments, void*) {
  constexpr std::string_view kName = wanted
                                         ? (by_attribute ? "sync_do_selectattr" : "sync_do_select")
                                         : (by_attribute ? "sync_do_rejectattr" : "sync_do_reject");
  Value value = value_of(interpreter, arguments, kName);
  auto state = std::make_shared<Selection>(arguments, by_attribute);
  auto step = [state, value](Interpreter& in, Value& out) {
    if (!state->iteration && !state->is_empty) {
      state->is_empty = !truth(in, value);
      if (!state->is_empty) {
        state->prepare(in);
        state->iteration.emplace(in, value);
      }
    }
    Value item;
    while (!state->is_empty && state->iteration->next(item)) {
      if (state->accepts(in, item) == wanted) {
        out = std::move(item);
        return true;
      }
      charge_steps(in, 1);
    }
    return false;
  };
  // Python's generator runs a shared function, and prints as that.
  return make_generator("select_or_reject", std::move(step));
}

}  // namespace

void add_generator_filters(Environment& environment) {
  environment.add_filter("map", map);
  environment.add_filter("select", select<true, false>);
  environment.add_filter("reject", select<false, false>);
  environment.add_filter("selectattr", select<true, true>);
  environment.add_filter("rejectattr", select<false, true>);
}

}  // namespace weft::jinja
