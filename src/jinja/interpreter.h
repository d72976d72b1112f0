// Interpreter: runs compiled templates in one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "jinja/environment.h"
#include "jinja/error.h"
#include "jinja/object.h"
#include "jinja/span_map.h"
#include "jinja/template.h"
#include "jinja/value.h"

namespace weft::jinja {

/// The names a template may use beside its own and Jinja's globals. Asked once a name and frame.
class Names {
 public:
  virtual ~Names() = default;
  /// The value of `name`, or nothing.
  virtual std::optional<Value> lookup(Interpreter& interpreter, std::string_view name) = 0;
  /// A macro is called from outside of any macro, its arguments evaluated.
  virtual void macro_called(const Object& macro) { (void)macro; }
};

struct Rendered {
  std::string text;
  SpanMap spans;
};

/// One per worker thread; reusable for any number of renders. Everything it makes stays in its
/// thread.
class Interpreter {
 public:
  explicit Interpreter(const Environment& environment);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  /// Text of the whole template. `names` must outlive every value that the render makes.
  std::variant<Rendered, Error> render(const Template& code, Names& names);
  /// As dbt renders YAML values: the value of a text that is one expression, else text. Never
  /// parses the text of a result as a literal.
  std::variant<Value, Error> render_native(const Template& code, Names& names);
  /// Value of an expression compiled by compile_expression.
  std::variant<Value, Error> evaluate(const Template& code, Names& names);
  /// Calls anything callable from outside of a render.
  std::variant<Value, Error> call(const Value& callee, const Arguments& arguments, Names& names);

  /// A macro of a template as a value. It sees `names`, not its caller's variables. Template and
  /// names must outlive the value.
  Value macro(const Template& code, size_t index, Names& names);

  // For host functions, during a render:

  /// Calls a value; errors unwind through the caller.
  Value invoke(const Value& callee, const Arguments& arguments);
  /// Iterates anything iterable, as Python's list(x).
  std::vector<Value> list_of(const Value& value);
  /// Ends the render with an error of this Python or host type.
  [[noreturn]] void raise(std::string_view type, std::string message);
  /// Ends the render with the host's own diagnostic. A span it lacks is filled with the failing
  /// place.
  [[noreturn]] void raise(diag::Diagnostic diagnostic);
  /// Makes the macro now running end with `value`, as dbt's return(): what it has written is
  /// dropped. Takes effect when the host function returns. Outside of a macro it ends the render.
  void return_from_macro(Value value);
  /// Where the host was called from, innermost first: the calling line, then macro calls outwards.
  std::vector<diag::TrailStep> call_stack() const;
  /// Names of the running macros, innermost first.
  std::vector<std::string> macro_stack() const;
  /// Number of running macros: 0 while the text of the template itself runs.
  size_t macro_depth() const;
  /// Which undefined a missing name gives; changes with dbt's phase. Default: the environment's.
  void set_undefined(UndefinedKind kind);
  /// Makes renders start with a fresh budget of this size.
  void set_budget(const Budget& budget);
  const Environment& environment() const;

 private:
  friend struct InterpreterAccess;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Python's operators and methods for host code: x.method(...) of strings, lists, dicts, dates.
Value call_builtin_method(Interpreter& interpreter, const Value& self, std::string_view name,
                          const Arguments& arguments);

}  // namespace weft::jinja
