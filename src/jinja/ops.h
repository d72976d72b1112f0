// Python's operators on values, as the virtual machine and the filters use them. A failure is
// raised through the interpreter with Python's exception type and message.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "jinja/engine.h"
#include "jinja/interpreter.h"
#include "jinja/value.h"

namespace weft::jinja {

enum class BinaryOp : uint8_t {
  Add,
  Subtract,
  Multiply,
  Divide,
  FloorDivide,
  Modulo,
  Power,
  Concat
};
enum class CompareOp : uint8_t {
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  NotIn
};

Value binary(Interpreter& interpreter, BinaryOp op, const Value& left, const Value& right);
bool compare(Interpreter& interpreter, CompareOp op, const Value& left, const Value& right);
/// < <= > >= only.
bool ordered(Interpreter& interpreter, CompareOp op, const Value& left, const Value& right);
/// Raises TypeError when the value cannot be a key.
void require_hashable(Interpreter& interpreter, const Value& key);
Value negate(Interpreter& interpreter, const Value& value);
Value positive(Interpreter& interpreter, const Value& value);

/// x.name as Jinja resolves it: attribute first, then item. Undefined when there is neither.
Value get_attribute(Interpreter& interpreter, const Value& value, std::string_view name);
/// x[key] as Jinja resolves it: item first, then attribute.
Value get_item(Interpreter& interpreter, const Value& value, const Value& key);
/// getattr(x, name) alone; nothing when there is no such attribute.
std::optional<Value> python_attribute(Interpreter& interpreter, const Value& value,
                                      std::string_view name);
/// x[key] as Python has it: IndexError, KeyError or TypeError when there is no such item.
Value subscript(Interpreter& interpreter, const Value& value, const Value& key);
/// x[start:stop:step]; none for a missing part.
Value get_slice(Interpreter& interpreter, const Value& value, const Value& start, const Value& stop,
                const Value& step);
/// x(...).
Value call_value(Interpreter& interpreter, const Value& callee, const Arguments& arguments);
/// x.name(...) without making a bound method.
Value call_method(Interpreter& interpreter, const Value& value, std::string_view name,
                  const Arguments& arguments);

/// dict(x) for a dict; dict.update and dict() with their arguments, named by `function` in
/// messages.
Value copy_dict(Interpreter& interpreter, const Value& dict);
void update_dict(Interpreter& interpreter, const Value& dict, const Arguments& arguments,
                 std::string_view function);

/// bool(x), len(x); undefined values follow the environment's kind.
bool truth(Interpreter& interpreter, const Value& value);
size_t length(Interpreter& interpreter, const Value& value);
/// True when Iteration takes the value.
bool is_iterable(Interpreter& interpreter, const Value& value);
/// list(x).
std::vector<Value> to_items(Interpreter& interpreter, const Value& iterable);
/// Text of x as `{{ x }}` prints it.
void append_str(Interpreter& interpreter, const Value& value, std::string& out);

/// repr(x).
std::string repr_text_of(Interpreter& interpreter, const Value& value);
/// str(x).
std::string str_text_of(Interpreter& interpreter, const Value& value);

/// A step-by-step iterator over anything iterable; one-shot for generators.
class Iteration {
 public:
  /// Raises TypeError when the value is not iterable; `failure` has one {} for the type's name.
  Iteration(Interpreter& interpreter, const Value& iterable,
            std::string_view failure = "'{}' object is not iterable");
  /// False at the end.
  bool next(Value& item);

 private:
  enum class Source : uint8_t { Empty, Sequence, Text, Table, View, Range, Iterator, Items };

  bool next_of_table(Value& item);
  /// Items cost steps, which are charged for many at once.
  void count_item() {
    constexpr uint32_t kMany = 64;
    if (++uncharged_ == kMany) {
      uncharged_ = 0;
      charge_steps(interpreter_, kMany * (source_ == Source::Iterator ? 16 : 8));
    }
  }

  Interpreter& interpreter_;
  uint32_t uncharged_ = 0;
  Value iterable_;
  Source source_ = Source::Empty;
  std::vector<Value> items_;
  size_t position_ = 0;
  /// Size of a dict or set when the iteration began; it must not change.
  size_t size_ = 0;
};

// Undefined values and immortal constants: see cells.h. A bare undefined, Value(), is all zero
// bytes: the virtual machine keeps it in slots that hold nothing yet.

/// True when Iteration takes the value.
bool is_iterable(Interpreter& interpreter, const Value& value);
/// list(x).
std::vector<Value> to_items(Interpreter& interpreter, const Value& iterable);
/// Text of x as `{{ x }}` prints it with autoescape: Markup as it is, all else escaped.
void append_escaped(Interpreter& interpreter, const Value& value, std::string& out);
/// `a ~ b ~ c`; with `escape`, as with autoescape: Markup when one of the parts is.
Value concat_values(Interpreter& interpreter, std::span<const Value> parts, bool escape);

// Where a string's bytes came from: an opaque trace of the virtual machine that a counted String or
// Markup cell owns (null for most; short inline strings have none) and frees through free_trace().
// Operators and filters may drop it.
struct Trace;
/// Defined by the virtual machine (trace.cc).
void free_trace(Trace* trace);
/// The string takes the trace over.
Value string_with_trace(std::string&& text, bool is_markup, Trace* trace);
/// Null for other kinds and for strings without one.
const Trace* trace_of(const Value& value);

/// Installs Jinja2's filters and tests.
class Environment;
void add_builtin_filters(Environment& environment);
void add_builtin_tests(Environment& environment);

}  // namespace weft::jinja
