// Binding of call arguments to parameters, with Python's TypeErrors.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "jinja/interpreter.h"
#include "jinja/object.h"
#include "jinja/value.h"

namespace weft::jinja {

/// Fills `slots` with the arguments by position or name, null for those not given. Too many,
/// unknown, doubled and missing ones raise TypeError.
void bind_parameters(Interpreter& interpreter, std::string_view function,
                     const Arguments& arguments, std::span<const std::string_view> names,
                     size_t required, std::span<const Value*> slots);

/// As bind_parameters: `auto [s, width] = bind<2>(interpreter, "do_center", arguments, {"s",
/// "width"}, 1)`.
template <size_t N>
std::array<const Value*, N> bind(Interpreter& interpreter, std::string_view function,
                                 const Arguments& arguments,
                                 const std::array<std::string_view, N>& names, size_t required) {
  std::array<const Value*, N> slots{};
  bind_parameters(interpreter, function, arguments, names, required, slots);
  return slots;
}

/// For methods that take positional arguments only: raises unless there are `least` to `most`.
void expect_count(Interpreter& interpreter, std::string_view function, const Arguments& arguments,
                  size_t least, size_t most);
/// The positional argument, or null.
inline const Value* argument_at(const Arguments& arguments, size_t index) {
  return index < arguments.positional.size() ? &arguments.positional[index] : nullptr;
}

/// An index-like int; TypeError for other types, OverflowError beyond 64 bits.
int64_t to_index(Interpreter& interpreter, const Value& value);
/// As to_index, but clamped to 64 bits instead of OverflowError, as slices and searches do.
int64_t to_clamped_index(Interpreter& interpreter, const Value& value);
/// The text of a str argument; TypeError names the function and what was given.
std::string_view to_text_argument(Interpreter& interpreter, std::string_view function,
                                  const Value& value);

}  // namespace weft::jinja
