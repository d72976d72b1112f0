// itertools: lazy where Python's are. Endless ones end with the budget of the render.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "context/modules.h"
#include "jinja/engine.h"
#include "jinja/iterators.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::BinaryOp;
using jinja::bind;
using jinja::Interpreter;
using jinja::Iteration;
using jinja::Value;

using Step = std::function<bool(Interpreter&, Value&)>;

/// An iterator whose items a function makes; prints as an itertools object.
class ItertoolsObject final : public jinja::IteratorObject {
 public:
  ItertoolsObject(std::string_view type_name, Step step)
      : type_name_(type_name), step_(std::move(step)) {}
  std::string_view type_name() const override { return type_name_; }
  bool next(Interpreter& interpreter, Value& item) override {
    // Whoever takes the items may keep them all.
    jinja::charge_steps(interpreter, 1);
    jinja::charge_bytes(interpreter, sizeof(Value));
    return step_(interpreter, item);
  }

 private:
  std::string_view type_name_;
  Step step_;
};

Value make_iterator(std::string_view type_name, Step step) {
  return Value::object(new ItertoolsObject(type_name, std::move(step)));
}

using SharedIteration = std::shared_ptr<Iteration>;

SharedIteration iterate(Interpreter& interpreter, const Value& iterable) {
  return std::make_shared<Iteration>(interpreter, iterable);
}

/// A count that must not be negative: `repeat`, `r`, `n`.
size_t to_count(Interpreter& interpreter, const Value& value, std::string_view failure) {
  int64_t number = jinja::to_index(interpreter, value);
  if (number < 0)
    interpreter.raise("ValueError", std::string(failure));
  return static_cast<size_t>(number);
}

void take_no_names(Interpreter& interpreter, std::string_view function,
                   const Arguments& arguments) {
  if (!arguments.named.empty()) {
    interpreter.raise("TypeError", fmt::format("{}() takes no keyword arguments", function));
  }
}

Value count(Interpreter& interpreter, const Arguments& arguments) {
  auto [start, step] = bind<2>(interpreter, "count", arguments, {"start", "step"}, 0);
  Value at = start ? *start : Value::integer(0);
  Value by = step ? *step : Value::integer(1);
  if (!at.is_number() || !by.is_number())
    interpreter.raise("TypeError", "a number is required");
  return make_iterator("itertools.count", [at, by](Interpreter& run, Value& item) mutable {
    item = at;
    at = jinja::binary(run, BinaryOp::Add, at, by);
    return true;
  });
}

Value cycle(Interpreter& interpreter, const Arguments& arguments) {
  auto [iterable] = bind<1>(interpreter, "cycle", arguments, {"iterable"}, 1);
  auto source = iterate(interpreter, *iterable);
  auto saved = std::make_shared<std::vector<Value>>();
  size_t at = 0;
  bool is_saved = false;
  return make_iterator("itertools.cycle", [=](Interpreter& run, Value& item) mutable {
    if (!is_saved && source->next(item)) {
      jinja::charge_bytes(run, sizeof(Value));
      saved->push_back(item);
      return true;
    }
    is_saved = true;
    if (saved->empty())
      return false;
    item = (*saved)[at];
    at = (at + 1) % saved->size();
    return true;
  });
}

Value repeat(Interpreter& interpreter, const Arguments& arguments) {
  auto [object, times] = bind<2>(interpreter, "repeat", arguments, {"object", "times"}, 1);
  bool is_endless = times == nullptr;
  int64_t left = times ? jinja::to_index(interpreter, *times) : 0;
  return make_iterator("itertools.repeat", [=, value = *object](Interpreter&, Value& item) mutable {
    if (!is_endless && left-- <= 0) {
      left = 0;
      return false;
    }
    item = value;
    return true;
  });
}

Value accumulate(Interpreter& interpreter, const Arguments& arguments) {
  auto [iterable, function, initial] =
      bind<3>(interpreter, "accumulate", arguments, {"iterable", "func", "initial"}, 1);
  auto source = iterate(interpreter, *iterable);
  bool has_function = function != nullptr && !function->is_none();
  Value combine = has_function ? *function : Value::none();
  bool has_total = initial != nullptr && !initial->is_none();
  Value total = has_total ? *initial : Value();
  bool is_first = true;
  return make_iterator("itertools.accumulate", [=](Interpreter& run, Value& item) mutable {
    if (std::exchange(is_first, false) && has_total) {
      item = total;
      return true;
    }
    Value next;
    if (!source->next(next))
      return false;
    if (!std::exchange(has_total, true)) {
      total = next;
    } else if (has_function) {
      const Value both[] = {total, next};
      total = run.invoke(combine, Arguments{both, {}});
    } else {
      total = jinja::binary(run, BinaryOp::Add, total, next);
    }
    item = total;
    return true;
  });
}

/// The items of the iterables that `outer` gives, one after the other.
Value chain_of(SharedIteration outer) {
  SharedIteration inner;
  return make_iterator("itertools.chain", [=](Interpreter& run, Value& item) mutable {
    for (;;) {
      if (inner && inner->next(item))
        return true;
      Value next;
      if (!outer->next(next))
        return false;
      inner = iterate(run, next);
    }
  });
}

Value chain(Interpreter& interpreter, const Arguments& arguments) {
  take_no_names(interpreter, "chain", arguments);
  Value all = Value::list({arguments.positional.begin(), arguments.positional.end()});
  return chain_of(iterate(interpreter, all));
}

Value chain_from_iterable(Interpreter& interpreter, const Arguments& arguments) {
  auto [iterable] = bind<1>(interpreter, "from_iterable", arguments, {"iterable"}, 1);
  return chain_of(iterate(interpreter, *iterable));
}

Value compress(Interpreter& interpreter, const Arguments& arguments) {
  auto [data, selectors] = bind<2>(interpreter, "compress", arguments, {"data", "selectors"}, 2);
  auto items = iterate(interpreter, *data);
  auto flags = iterate(interpreter, *selectors);
  return make_iterator("itertools.compress", [=](Interpreter&, Value& item) {
    Value flag;
    while (items->next(item) && flags->next(flag)) {
      if (flag.truthy())
        return true;
    }
    return false;
  });
}

Value islice(Interpreter& interpreter, const Arguments& arguments) {
  jinja::expect_count(interpreter, "islice", arguments, 2, 4);
  std::span<const Value> given = arguments.positional;
  auto bound = [&](const Value& value, int64_t fallback, std::string_view what) {
    if (value.is_none())
      return fallback;
    if (!value.is_integer() || value.kind() == jinja::Kind::BigInt || value.as_int() < 0) {
      interpreter.raise("ValueError",
                        fmt::format("{} for islice() must be None or an integer: 0 <= x <= "
                                    "sys.maxsize.",
                                    what));
    }
    return value.as_int();
  };
  int64_t start = given.size() > 2 ? bound(given[1], 0, "Indices") : 0;
  int64_t stop = given.size() > 2 ? bound(given[2], INT64_MAX, "Indices")
                                  : bound(given[1], INT64_MAX, "Stop argument");
  int64_t step = given.size() > 3 ? bound(given[3], 1, "Step") : 1;
  if (step == 0) {
    interpreter.raise("ValueError", "Step for islice() must be a positive integer or None.");
  }
  auto source = iterate(interpreter, given[0]);
  int64_t at = 0, wanted = start;
  return make_iterator("itertools.islice", [=](Interpreter& run, Value& item) mutable {
    while (at < stop && wanted < stop && source->next(item)) {
      jinja::charge_steps(run, 1);
      if (at++ == wanted) {
        wanted = step > INT64_MAX - wanted ? INT64_MAX : wanted + step;
        return true;
      }
    }
    wanted = stop;
    return false;
  });
}

Value starmap(Interpreter& interpreter, const Arguments& arguments) {
  auto [function, iterable] =
      bind<2>(interpreter, "starmap", arguments, {"function", "iterable"}, 2);
  auto source = iterate(interpreter, *iterable);
  return make_iterator("itertools.starmap",
                       [source, callee = *function](Interpreter& run, Value& item) {
                         Value next;
                         if (!source->next(next))
                           return false;
                         std::vector<Value> positional = run.list_of(next);
                         item = run.invoke(callee, Arguments{positional, {}});
                         return true;
                       });
}

/// What the iterators of one tee() have read, from the first item that one of them still needs.
struct TeeBuffer {
  SharedIteration source;
  std::vector<Value> items;
};

Value tee(Interpreter& interpreter, const Arguments& arguments) {
  auto [iterable, n] = bind<2>(interpreter, "tee", arguments, {"iterable", "n"}, 1);
  size_t copies = n ? to_count(interpreter, *n, "n must be >= 0") : 2;
  auto buffer = std::make_shared<TeeBuffer>();
  buffer->source = iterate(interpreter, *iterable);
  jinja::charge_bytes(interpreter, copies < SIZE_MAX / 128 ? copies * 128 : SIZE_MAX / 2);
  std::vector<Value> made;
  for (size_t i = 0; i < copies; ++i) {
    made.push_back(make_iterator("itertools._tee",
                                 [buffer, at = size_t{0}](Interpreter& run, Value& item) mutable {
                                   if (at == buffer->items.size()) {
                                     Value next;
                                     if (!buffer->source->next(next))
                                       return false;
                                     jinja::charge_bytes(run, sizeof(Value));
                                     buffer->items.push_back(std::move(next));
                                   }
                                   item = buffer->items[at++];
                                   return true;
                                 }));
  }
  return Value::tuple(std::move(made));
}

Value zip_longest(Interpreter& interpreter, const Arguments& arguments) {
  Value fill = Value::none();
  for (const jinja::NamedValue& named : arguments.named) {
    if (named.name != "fillvalue") {
      interpreter.raise("TypeError", "zip_longest() got an unexpected keyword argument");
    }
    fill = named.value;
  }
  std::vector<SharedIteration> sources;
  for (const Value& iterable : arguments.positional)
    sources.push_back(iterate(interpreter, iterable));
  return make_iterator("itertools.zip_longest",
                       [sources, fill](Interpreter& run, Value& item) mutable {
                         std::vector<Value> row;
                         bool has_any = false;
                         for (SharedIteration& source : sources) {
                           Value next = fill;
                           if (source && source->next(next)) {
                             has_any = true;
                           } else {
                             source.reset();
                             next = fill;
                           }
                           row.push_back(std::move(next));
                         }
                         jinja::charge_bytes(run, row.size() * sizeof(Value));
                         item = Value::tuple(std::move(row));
                         return has_any;
                       });
}

/// Gives the tuples of a pool of items whose places `advance` changes until it says that all are
/// done.
Value make_places_iterator(std::string_view type_name, std::vector<Value> pool,
                           std::vector<size_t> places, bool is_empty,
                           std::function<bool(std::vector<size_t>&)> advance) {
  return make_iterator(type_name, [=, is_done = is_empty](Interpreter& run, Value& item) mutable {
    if (is_done)
      return false;
    jinja::charge_bytes(run, places.size() * sizeof(Value));
    jinja::charge_steps(run, places.size());
    std::vector<Value> row;
    row.reserve(places.size());
    for (size_t place : places)
      row.push_back(pool[place]);
    item = Value::tuple(std::move(row));
    is_done = !advance(places);
    return true;
  });
}

std::vector<size_t> first_places(Interpreter& interpreter, size_t size, bool is_counting) {
  jinja::charge_bytes(interpreter, size < SIZE_MAX / 16 ? size * 16 : SIZE_MAX / 2);
  std::vector<size_t> places(size, 0);
  for (size_t i = 0; is_counting && i < size; ++i)
    places[i] = i;
  return places;
}

Value product(Interpreter& interpreter, const Arguments& arguments) {
  size_t times = 1;
  for (const jinja::NamedValue& named : arguments.named) {
    if (named.name != "repeat") {
      interpreter.raise(
          "TypeError",
          fmt::format("'{}' is an invalid keyword argument for product()", named.name));
    }
    times = to_count(interpreter, named.value, "repeat argument cannot be negative");
  }
  // All iterables lie one after the other in the pool; `ends` are their ends.
  std::vector<Value> pool;
  std::vector<std::pair<size_t, size_t>> ranges;
  bool is_empty = false;
  for (const Value& iterable : arguments.positional) {
    std::vector<Value> items = interpreter.list_of(iterable);
    is_empty = is_empty || (items.empty() && times > 0);
    ranges.emplace_back(pool.size(), pool.size() + items.size());
    pool.insert(pool.end(), items.begin(), items.end());
  }
  size_t width = arguments.positional.size();
  if (width > 0 && times > SIZE_MAX / 64 / width)
    interpreter.raise("OverflowError", "repeat argument too large");
  std::vector<size_t> places = first_places(interpreter, width * times, false);
  for (size_t i = 0; i < places.size(); ++i)
    places[i] = ranges[i % width].first;
  return make_places_iterator("itertools.product", std::move(pool), std::move(places), is_empty,
                              [ranges](std::vector<size_t>& at) {
                                for (size_t i = at.size(); i-- > 0;) {
                                  const auto& [begin, end] = ranges[i % ranges.size()];
                                  if (++at[i] < end)
                                    return true;
                                  at[i] = begin;
                                }
                                return false;
                              });
}

/// The next selection of `r` of the places of a permutation, in lexical order of places.
Value permutations(Interpreter& interpreter, const Arguments& arguments) {
  auto [iterable, r] = bind<2>(interpreter, "permutations", arguments, {"iterable", "r"}, 1);
  std::vector<Value> pool = interpreter.list_of(*iterable);
  size_t n = pool.size();
  size_t size = r && !r->is_none() ? to_count(interpreter, *r, "r must be non-negative") : n;
  if (size > n)
    return make_places_iterator("itertools.permutations", {}, {}, true, nullptr);
  std::vector<size_t> order = first_places(interpreter, n, true);
  // The tail is kept sorted, so reversing it and asking for the next order skips its permutations.
  return make_places_iterator("itertools.permutations", std::move(pool),
                              first_places(interpreter, size, true), false,
                              [order, size](std::vector<size_t>& at) mutable {
                                auto tail = order.begin() + static_cast<std::ptrdiff_t>(size);
                                std::reverse(tail, order.end());
                                bool has_more = std::next_permutation(order.begin(), order.end());
                                std::copy(order.begin(), tail, at.begin());
                                return has_more;
                              });
}

Value combinations(Interpreter& interpreter, const Arguments& arguments) {
  auto [iterable, r] = bind<2>(interpreter, "combinations", arguments, {"iterable", "r"}, 2);
  std::vector<Value> pool = interpreter.list_of(*iterable);
  size_t n = pool.size();
  size_t size = to_count(interpreter, *r, "r must be non-negative");
  if (size > n)
    return make_places_iterator("itertools.combinations", {}, {}, true, nullptr);
  return make_places_iterator("itertools.combinations", std::move(pool),
                              first_places(interpreter, size, true), false,
                              [n](std::vector<size_t>& at) {
                                size_t count = at.size(), i = count;
                                while (i > 0 && at[i - 1] == i - 1 + n - count)
                                  --i;
                                if (i == 0)
                                  return false;
                                ++at[i - 1];
                                for (; i < count; ++i)
                                  at[i] = at[i - 1] + 1;
                                return true;
                              });
}

Value combinations_with_replacement(Interpreter& interpreter, const Arguments& arguments) {
  auto [iterable, r] =
      bind<2>(interpreter, "combinations_with_replacement", arguments, {"iterable", "r"}, 2);
  std::vector<Value> pool = interpreter.list_of(*iterable);
  size_t n = pool.size();
  size_t size = to_count(interpreter, *r, "r must be non-negative");
  return make_places_iterator(
      "itertools.combinations_with_replacement", std::move(pool),
      first_places(interpreter, size, false), n == 0 && size > 0, [n](std::vector<size_t>& at) {
        size_t i = at.size();
        while (i > 0 && at[i - 1] == n - 1)
          --i;
        if (i == 0)
          return false;
        size_t next = at[i - 1] + 1;
        std::fill(at.begin() + static_cast<std::ptrdiff_t>(i) - 1, at.end(), next);
        return true;
      });
}

/// State of groupby(): one item read ahead, which begins the next group.
struct Grouping {
  SharedIteration source;
  Value key_function;
  Value item, key;
  /// Key of the group that was given last.
  Value group_key;
  bool has_item = false;
  size_t group = 0;

  bool read(Interpreter& run) {
    has_item = source->next(item);
    if (!has_item)
      return false;
    Value next = item;
    if (!key_function.is_none())
      next = run.invoke(key_function, Arguments{std::span<const Value>(&item, 1), {}});
    key = std::move(next);
    return true;
  }
};

Value group_items(const std::shared_ptr<Grouping>& state) {
  return make_iterator("itertools._grouper", [state, group = state->group, key = state->key](
                                                 Interpreter& run, Value& item) {
    if (state->group != group || !state->has_item || !state->key.equals(key))
      return false;
    item = state->item;
    state->read(run);
    return true;
  });
}

Value groupby(Interpreter& interpreter, const Arguments& arguments) {
  auto [iterable, key] = bind<2>(interpreter, "groupby", arguments, {"iterable", "key"}, 1);
  auto state = std::make_shared<Grouping>();
  state->source = iterate(interpreter, *iterable);
  state->key_function = key ? *key : Value::none();
  bool is_started = false;
  return make_iterator("itertools.groupby", [=](Interpreter& run, Value& item) mutable {
    if (!std::exchange(is_started, true)) {
      state->read(run);
    } else {
      // What the consumer left of the group is skipped.
      while (state->has_item && state->key.equals(state->group_key))
        state->read(run);
    }
    if (!state->has_item)
      return false;
    ++state->group;
    state->group_key = state->key;
    item = Value::tuple({state->key, group_items(state)});
    return true;
  });
}

using Function = Value (*)(Interpreter&, const Arguments&);
constexpr std::pair<std::string_view, Function> kFunctions[] = {
    {"count", count},
    {"cycle", cycle},
    {"repeat", repeat},
    {"accumulate", accumulate},
    {"compress", compress},
    {"islice", islice},
    {"starmap", starmap},
    {"tee", tee},
    {"zip_longest", zip_longest},
    {"product", product},
    {"permutations", permutations},
    {"combinations", combinations},
    {"combinations_with_replacement", combinations_with_replacement},
    {"groupby", groupby},
};

}  // namespace

Value itertools_module(std::function<void(Interpreter&)> on_use) {
  Value module = Value::dict();
  auto noted = [on_use](Function function) {
    return [on_use, function](Interpreter& interpreter, const Arguments& arguments) {
      on_use(interpreter);
      return function(interpreter, arguments);
    };
  };
  auto* chain_class = new ClassObject("itertools.chain", noted(chain));
  chain_class->add_function("from_iterable", noted(chain_from_iterable));
  module.set_item("chain", Value::object(chain_class));
  for (const auto& [name, function] : kFunctions)
    module.set_item(name, make_module_function(name, noted(function)));
  return module;
}

}  // namespace weft::context
