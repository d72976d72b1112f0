#include "jinja/parameters.h"

#include <algorithm>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/engine.h"

namespace weft::jinja {

void bind_parameters(Interpreter& interpreter, std::string_view function,
                     const Arguments& arguments, std::span<const std::string_view> names,
                     size_t required, std::span<const Value*> slots) {
  if (arguments.positional.size() > names.size()) {
    interpreter.raise(
        "TypeError",
        fmt::format("{}() takes {} positional argument{} but {} {} given", function,
                    required == names.size() ? std::to_string(names.size())
                                             : fmt::format("from {} to {}", required, names.size()),
                    names.size() == 1 ? "" : "s", arguments.positional.size(),
                    arguments.positional.size() == 1 ? "was" : "were"));
  }
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    slots[i] = &arguments.positional[i];
  }
  for (const NamedValue& argument : arguments.named) {
    auto found = std::find(names.begin(), names.end(), argument.name);
    if (found == names.end()) {
      interpreter.raise("TypeError", fmt::format("{}() got an unexpected keyword argument '{}'",
                                                 function, argument.name));
    }
    const Value*& slot = slots[static_cast<size_t>(found - names.begin())];
    if (slot) {
      interpreter.raise("TypeError", fmt::format("{}() got multiple values for argument '{}'",
                                                 function, argument.name));
    }
    slot = &argument.value;
  }
  std::string missing;
  size_t count = 0;
  for (size_t i = 0; i < required; ++i) {
    if (!slots[i]) {
      missing += fmt::format("{}'{}'", count++ ? " and " : "", names[i]);
    }
  }
  if (count > 0) {
    interpreter.raise("TypeError", fmt::format("{}() missing {} required positional argument{}: {}",
                                               function, count, count == 1 ? "" : "s", missing));
  }
}

void expect_count(Interpreter& interpreter, std::string_view function, const Arguments& arguments,
                  size_t least, size_t most) {
  if (!arguments.named.empty()) {
    interpreter.raise("TypeError", fmt::format("{}() takes no keyword arguments", function));
  }
  size_t given = arguments.positional.size();
  if (given >= least && given <= most) {
    return;
  }
  if (least == most) {
    std::string wanted = most == 0   ? "no arguments"
                         : most == 1 ? "exactly one argument"
                                     : fmt::format("exactly {} arguments", most);
    interpreter.raise("TypeError",
                      fmt::format("{}() takes {} ({} given)", function, wanted, given));
  }
  size_t limit = given < least ? least : most;
  interpreter.raise("TypeError", fmt::format("{} expected at {} {} argument{}, got {}", function,
                                             given < least ? "least" : "most", limit,
                                             limit == 1 ? "" : "s", given));
}

int64_t to_index(Interpreter& interpreter, const Value& value) {
  if (value.is_undefined()) {
    // Undefined has no __index__, so this is Python's own TypeError.
    interpreter.raise("TypeError", fmt::format("'{}' object cannot be interpreted as an integer",
                                               value.type_name()));
  }
  if (!value.is_integer()) {
    interpreter.raise("TypeError", fmt::format("'{}' object cannot be interpreted as an integer",
                                               value.type_name()));
  }
  std::optional<int64_t> n = integer_to_int64(value);
  if (!n) {
    interpreter.raise("OverflowError", "Python int too large to convert to C ssize_t");
  }
  return *n;
}

int64_t to_clamped_index(Interpreter& interpreter, const Value& value) {
  if (!value.is_integer()) {
    interpreter.raise("TypeError",
                      "slice indices must be integers or None or have an __index__ method");
  }
  if (value.kind() == Kind::BigInt) {
    return integer_sign(value) < 0 ? INT64_MIN : INT64_MAX;
  }
  return value.as_int();
}

std::string_view to_text_argument(Interpreter& interpreter, std::string_view function,
                                  const Value& value) {
  if (!value.is_string()) {
    interpreter.raise("TypeError",
                      fmt::format("{}{} must be str, not {}", function,
                                  function.ends_with(')') ? " argument" : "", value.type_name()));
  }
  return value.as_string();
}

}  // namespace weft::jinja
