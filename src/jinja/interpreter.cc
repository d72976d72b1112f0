#include "jinja/interpreter.h"

#include <utility>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/machine.h"

namespace weft::jinja {

struct Interpreter::Impl {
  Impl(Interpreter& interpreter, const Environment& environment)
      : machine(interpreter, environment) {}
  Machine machine;
};

Machine& InterpreterAccess::machine(const Interpreter& interpreter) {
  return interpreter.impl_->machine;
}

Interpreter::Interpreter(const Environment& environment)
    : impl_(std::make_unique<Impl>(*this, environment)) {}
Interpreter::~Interpreter() = default;

std::variant<Rendered, Error> Interpreter::render(const Template& code, Names& names) {
  return impl_->machine.render(code, names);
}

std::variant<Value, Error> Interpreter::render_native(const Template& code, Names& names) {
  return impl_->machine.render_native(code, names);
}

std::variant<Value, Error> Interpreter::evaluate(const Template& code, Names& names) {
  return impl_->machine.evaluate(code, names);
}

std::variant<Value, Error> Interpreter::call(const Value& callee, const Arguments& arguments,
                                             Names& names) {
  return impl_->machine.call_from_outside(callee, arguments, names);
}

Value Interpreter::macro(const Template& code, size_t index, Names& names) {
  return impl_->machine.macro(code, index, names);
}

Value Interpreter::invoke(const Value& callee, const Arguments& arguments) {
  return call_value(*this, callee, arguments);
}

std::vector<Value> Interpreter::list_of(const Value& value) { return to_items(*this, value); }

void Interpreter::raise(std::string_view type, std::string message) {
  impl_->machine.raise(type, std::move(message));
}

void Interpreter::raise(diag::Diagnostic diagnostic) {
  impl_->machine.raise(std::move(diagnostic));
}

void Interpreter::return_from_macro(Value value) {
  impl_->machine.return_from_macro(std::move(value));
}

std::vector<diag::TrailStep> Interpreter::call_stack() const { return impl_->machine.call_stack(); }

std::vector<std::string> Interpreter::macro_stack() const { return impl_->machine.macro_stack(); }
size_t Interpreter::macro_depth() const { return impl_->machine.macro_stack().size(); }

void Interpreter::set_undefined(UndefinedKind kind) { impl_->machine.set_undefined(kind); }
void Interpreter::set_budget(const Budget& budget) { impl_->machine.set_budget(budget); }
const Environment& Interpreter::environment() const { return impl_->machine.environment(); }

UndefinedKind undefined_kind(const Interpreter& interpreter) {
  return InterpreterAccess::machine(interpreter).undefined_kind();
}

bool is_autoescaping(const Interpreter& interpreter) {
  return InterpreterAccess::machine(interpreter).is_escaping();
}

bool is_sandboxed(const Interpreter& interpreter) {
  return interpreter.environment().options().sandboxed;
}

void raise_undefined(Interpreter& interpreter, const Value& undefined) {
  auto [type, message] = undefined_error(undefined);
  interpreter.raise(type, std::move(message));
}

Value apply_filter(Interpreter& interpreter, std::string_view name, const Arguments& arguments) {
  const NamedFunction* found = InterpreterAccess::machine(interpreter).find_filter(name);
  if (!found) {
    interpreter.raise("TemplateRuntimeError", fmt::format("No filter named '{}'.", name));
  }
  return found->function(interpreter, arguments, found->self);
}

bool apply_test(Interpreter& interpreter, std::string_view name, const Arguments& arguments) {
  const NamedFunction* found = InterpreterAccess::machine(interpreter).find_test(name);
  if (!found) {
    interpreter.raise("TemplateRuntimeError", fmt::format("No test named '{}'.", name));
  }
  Value result = found->function(interpreter, arguments, found->self);
  return truth(interpreter, result);
}

bool has_filter(const Interpreter& interpreter, std::string_view name) {
  return InterpreterAccess::machine(interpreter).find_filter(name) != nullptr;
}

bool has_test(const Interpreter& interpreter, std::string_view name) {
  return InterpreterAccess::machine(interpreter).find_test(name) != nullptr;
}

void charge_steps(Interpreter& interpreter, uint64_t steps) {
  InterpreterAccess::machine(interpreter).charge_steps(steps);
}

void charge_bytes(Interpreter& interpreter, uint64_t bytes) {
  InterpreterAccess::machine(interpreter).charge_bytes(bytes);
}

void charge_text(Interpreter& interpreter, uint64_t bytes) {
  constexpr uint64_t kBytesOfStep = 2;
  charge_bytes(interpreter, bytes);
  charge_steps(interpreter, bytes / kBytesOfStep);
}

DepthGuard::DepthGuard(Interpreter& interpreter) : interpreter_(interpreter) {
  InterpreterAccess::machine(interpreter).enter_level();
}

DepthGuard::~DepthGuard() { InterpreterAccess::machine(interpreter_).leave_level(); }

}  // namespace weft::jinja
