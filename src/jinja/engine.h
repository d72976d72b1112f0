// What operators, filters, tests and methods ask of the engine that runs them.
//
// The virtual machine copies values all the time: the copy, move and destruction of Value, kind(),
// the as_...() accessors of plain kinds and the makers of none, bool, int and float are inline in
// value.h.
#pragma once

#include <cstddef>
#include <string_view>

#include "jinja/environment.h"
#include "jinja/object.h"
#include "jinja/value.h"

namespace weft::jinja {

/// The kind of undefined that a missing name, attribute or item now gives.
UndefinedKind undefined_kind(const Interpreter& interpreter);
/// Whether the running template escapes what it prints.
bool is_autoescaping(const Interpreter& interpreter);
/// Whether the environment is sandboxed.
bool is_sandboxed(const Interpreter& interpreter);

/// Raises UndefinedError with the message of the undefined value.
[[noreturn]] void raise_undefined(Interpreter& interpreter, const Value& undefined);

/// Applies a filter by its name, for map(), select() and the like; the value is the first
/// positional argument. Raises TemplateRuntimeError when there is no such filter.
Value apply_filter(Interpreter& interpreter, std::string_view name, const Arguments& arguments);
/// Applies a test by its name.
bool apply_test(Interpreter& interpreter, std::string_view name, const Arguments& arguments);

/// Whether the environment has a filter or test of this name.
bool has_filter(const Interpreter& interpreter, std::string_view name);
bool has_test(const Interpreter& interpreter, std::string_view name);

/// Counts work and memory against the budget; an exhausted budget ends the render with an error. To
/// be called before work that grows with a number of the template ('x' * 10**9, range,
/// center(10**9)).
void charge_steps(Interpreter& interpreter, uint64_t steps);
void charge_bytes(Interpreter& interpreter, uint64_t bytes);
/// Charges a text that is written or read value by value (repr, JSON): its bytes, and steps for the
/// work on each value.
void charge_text(Interpreter& interpreter, uint64_t bytes);

/// Charges a text each time it has doubled, so that all of it together costs what it holds at last.
class GrowthCharge {
 public:
  explicit GrowthCharge(Interpreter& interpreter) : interpreter_(interpreter) {}
  void note(size_t size) {
    if (size > next_) {
      charge_bytes(interpreter_, size);
      next_ = 2 * size;
    }
  }

 private:
  Interpreter& interpreter_;
  size_t next_ = 65536;
};

/// Guards recursion on the C stack (repr of nested values, sorting by key, comparing): raises
/// RecursionError when the depth budget is used up.
class DepthGuard {
 public:
  explicit DepthGuard(Interpreter& interpreter);
  ~DepthGuard();
  DepthGuard(const DepthGuard&) = delete;
  DepthGuard& operator=(const DepthGuard&) = delete;

 private:
  Interpreter& interpreter_;
};

}  // namespace weft::jinja
