// The global functions of every template: range, dict, lipsum, cycler, joiner, namespace.
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/iterators.h"
#include "jinja/machine.h"

namespace weft::jinja {
namespace {

/// A Python class that templates call.
class TypeObject final : public Object {
 public:
  TypeObject(std::string_view shown, NativeFunction function)
      : shown_(shown), function_(function) {}

  std::string_view type_name() const override { return "type"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    return function_(interpreter, arguments, nullptr);
  }
  std::string repr() const override { return fmt::format("<class '{}'>", shown_); }

 private:
  std::string_view shown_;
  NativeFunction function_;
};

int64_t range_bound(Interpreter& interpreter, const Value& value) {
  if (value.kind() == Kind::BigInt) {
    interpreter.raise("OverflowError", "Python int too large to convert to C ssize_t");
  }
  if (!value.is_integer()) {
    interpreter.raise("TypeError", fmt::format("'{}' object cannot be interpreted as an integer",
                                               value.type_name()));
  }
  return value.as_int();
}

Value range_function(Interpreter& interpreter, const Arguments& arguments, void*) {
  constexpr uint64_t kSandboxLimit = 100000;
  if (!arguments.named.empty()) {
    interpreter.raise("TypeError", "range() takes no keyword arguments");
  }
  size_t count = arguments.positional.size();
  if (count == 0 || count > 3) {
    interpreter.raise(
        "TypeError", count == 0 ? std::string("range expected at least 1 argument, got 0")
                                : fmt::format("range expected at most 3 arguments, got {}", count));
  }
  int64_t bounds[3] = {0, 0, 1};
  for (size_t i = 0; i < count; ++i) {
    bounds[i] = range_bound(interpreter, arguments.positional[i]);
  }
  if (count == 1) {
    std::swap(bounds[0], bounds[1]);
  }
  if (bounds[2] == 0) {
    interpreter.raise("ValueError", "range() arg 3 must not be zero");
  }
  Value range = make_range(bounds[0], bounds[1], bounds[2]);
  if (is_sandboxed(interpreter) && range.as<RangeObject>()->count() > kSandboxLimit) {
    interpreter.raise("OverflowError",
                      fmt::format("Range too big. The sandbox blocks ranges larger "
                                  "than MAX_RANGE ({}).",
                                  kSandboxLimit));
  }
  return range;
}

Value dict_function(Interpreter& interpreter, const Arguments& arguments, void*) {
  if (arguments.positional.size() > 1) {
    interpreter.raise("TypeError", fmt::format("dict expected at most 1 argument, got {}",
                                               arguments.positional.size()));
  }
  Value dict = Value::dict();
  call_method(interpreter, dict, "update", arguments);
  return dict;
}

Value namespace_function(Interpreter& interpreter, const Arguments& arguments, void*) {
  return Value::object(new NamespaceObject(dict_function(interpreter, arguments, nullptr)));
}

/// A method of a cycler or joiner that keeps its object alive.
class BoundFunction final : public Object {
 public:
  using Step = Value (*)(Object& self);
  BoundFunction(std::string_view name, Value self, Step step)
      : name_(name), self_(std::move(self)), step_(step) {}

  std::string_view type_name() const override { return "method"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    if (!arguments.positional.empty() || !arguments.named.empty()) {
      interpreter.raise(
          "TypeError",
          fmt::format("{}.{}() takes 1 positional argument but {} were given", self_.type_name(),
                      name_, arguments.positional.size() + arguments.named.size() + 1));
    }
    return step_(self_.as_object());
  }
  std::string repr() const override {
    return fmt::format("<bound method {}.{} of {}>", self_.type_name(), name_, self_.repr());
  }

 private:
  std::string_view name_;
  Value self_;
  Step step_;
};

class CyclerObject final : public Object {
 public:
  explicit CyclerObject(std::vector<Value> items) : items_(std::move(items)) {}

  std::string_view type_name() const override { return "Cycler"; }
  std::string_view module_name() const override { return "jinja2.utils"; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    Value self = Value::object(this);
    if (name == "current") {
      return items_[position_];
    }
    if (name == "items") {
      return Value::tuple(items_);
    }
    if (name == "pos") {
      return Value::integer(static_cast<int64_t>(position_));
    }
    if (name == "next") {
      return Value::object(new BoundFunction(
          "next", self, [](Object& object) { return static_cast<CyclerObject&>(object).next(); }));
    }
    if (name == "reset") {
      return Value::object(new BoundFunction("reset", self, [](Object& object) {
        static_cast<CyclerObject&>(object).position_ = 0;
        return Value::none();
      }));
    }
    return std::nullopt;
  }

 private:
  Value next() {
    Value item = items_[position_];
    position_ = (position_ + 1) % items_.size();
    return item;
  }

  std::vector<Value> items_;
  size_t position_ = 0;
};

Value cycler_function(Interpreter& interpreter, const Arguments& arguments, void*) {
  if (!arguments.named.empty()) {
    interpreter.raise("TypeError",
                      fmt::format("Cycler.__init__() got an unexpected keyword argument '{}'",
                                  arguments.named[0].name));
  }
  if (arguments.positional.empty()) {
    interpreter.raise("RuntimeError", "at least one item has to be provided");
  }
  return Value::object(
      new CyclerObject({arguments.positional.begin(), arguments.positional.end()}));
}

class JoinerObject final : public Object {
 public:
  explicit JoinerObject(Value separator) : separator_(std::move(separator)) {}

  std::string_view type_name() const override { return "Joiner"; }
  std::string_view module_name() const override { return "jinja2.utils"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter&, const Arguments&) override {
    return std::exchange(used_, true) ? separator_ : Value::string("");
  }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "sep") {
      return separator_;
    }
    if (name == "used") {
      return Value::boolean(used_);
    }
    return std::nullopt;
  }

 private:
  Value separator_;
  bool used_ = false;
};

Value joiner_function(Interpreter& interpreter, const Arguments& arguments, void*) {
  if (arguments.positional.size() + arguments.named.size() > 1) {
    interpreter.raise("TypeError", "Joiner.__init__() takes from 1 to 2 positional arguments");
  }
  const Value* separator = arguments.find(0, "sep");
  if (!separator && !arguments.named.empty()) {
    interpreter.raise("TypeError",
                      fmt::format("Joiner.__init__() got an unexpected keyword argument '{}'",
                                  arguments.named[0].name));
  }
  return Value::object(new JoinerObject(separator ? *separator : Value::string(", ")));
}

/// A generator of numbers that is the same in every run.
class Dice {
 public:
  uint64_t below(uint64_t n) {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return n == 0 ? 0 : (state_ >> 33) % n;
  }

 private:
  uint64_t state_ = 42;
};

std::string lipsum_paragraph(Dice& dice, uint64_t words) {
  static constexpr std::string_view kWords[] = {
      "lorem", "ipsum", "dolor", "sit",  "amet",  "elit",   "sed",   "tempor", "magna", "aliqua",
      "enim",  "minim", "quis",  "nisi", "velit", "cillum", "nulla", "culpa",  "anim",  "laborum"};
  std::string text;
  bool starts = true;
  for (uint64_t i = 0; i < words; ++i) {
    std::string word(kWords[dice.below(std::size(kWords))]);
    if (starts) {
      word[0] = static_cast<char>(word[0] - 32);
    }
    text += (i == 0 ? "" : " ") + word;
    bool is_last = i + 1 == words;
    starts = is_last || dice.below(12) == 0;
    text += starts ? "." : dice.below(8) == 0 ? "," : "";
  }
  return text;
}

Value lipsum_function(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto number = [&](size_t index, std::string_view name, int64_t fallback) {
    const Value* value = arguments.find(index, name);
    int64_t n = value ? range_bound(interpreter, *value) : fallback;
    return static_cast<uint64_t>(n < 0 ? 0 : n);
  };
  uint64_t paragraphs = number(0, "n", 5);
  const Value* html = arguments.find(1, "html");
  bool is_html = !html || truth(interpreter, *html);
  uint64_t least = number(2, "min", 20);
  uint64_t most = number(3, "max", 100);
  charge_bytes(interpreter, paragraphs * (most + 1) * 8);
  Dice dice;
  std::string text;
  for (uint64_t i = 0; i < paragraphs; ++i) {
    uint64_t words = least + dice.below(most > least ? most - least : 1);
    std::string paragraph = lipsum_paragraph(dice, words);
    text += i == 0 ? "" : is_html ? "\n" : "\n\n";
    text += is_html ? "<p>" + paragraph + "</p>" : paragraph;
  }
  return is_html ? Value::markup(text) : Value::string(text);
}

}  // namespace

std::vector<std::pair<std::string_view, Value>> make_globals() {
  auto type = [](std::string_view shown, NativeFunction function) {
    return Value::object(new TypeObject(shown, function));
  };
  return {
      {"range", type("range", range_function)},
      {"dict", type("dict", dict_function)},
      {"namespace", type("jinja2.utils.Namespace", namespace_function)},
      {"cycler", type("jinja2.utils.Cycler", cycler_function)},
      {"joiner", type("jinja2.utils.Joiner", joiner_function)},
      {"lipsum", make_function("generate_lorem_ipsum", lipsum_function)},
  };
}

}  // namespace weft::jinja
