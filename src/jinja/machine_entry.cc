// Entries from outside and failures.
#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "jinja/characters.h"
#include "jinja/environment_code.h"
#include "jinja/lexer.h"
#include "jinja/machine.h"
#include "jinja/memory_count.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

/// Bytes of C stack that one render may use; threads have eight megabytes.
constexpr ptrdiff_t kStackBytes = 5 << 20;

constexpr size_t kShownValue = 100;

const char* stack_place() { return static_cast<const char*>(__builtin_frame_address(0)); }

}  // namespace

/// One use of the machine from outside; they nest when the host calls back.
class OutsideScope {
 public:
  OutsideScope(Machine& machine, Names& names) : machine_(machine) {
    if (machine_.runs_++ == 0) {
      machine_.start(names);
    }
    text_ = machine_.out_.size();
    pieces_ = machine_.pieces_.size();
    top_ = machine_.top_;
    level_ = machine_.level_;
    names_ = std::exchange(machine_.names_, &names);
    native_ = std::exchange(machine_.is_native_, false);
    // What is called from outside belongs to no macro of the template that is running.
    captures_ = std::exchange(machine_.captures_, {});
  }
  ~OutsideScope() {
    machine_.drop_text(text_, pieces_);
    machine_.captures_ = std::move(captures_);
    machine_.top_ = top_;
    machine_.level_ = level_;
    machine_.names_ = names_;
    machine_.is_native_ = native_;
    machine_.is_returning_ = false;
    machine_.bad_parts_.clear();
    if (--machine_.runs_ == 0) {
      machine_.finish();
    }
  }
  OutsideScope(const OutsideScope&) = delete;
  OutsideScope& operator=(const OutsideScope&) = delete;

  size_t text() const { return text_; }
  size_t pieces() const { return pieces_; }

 private:
  Machine& machine_;
  size_t text_;
  size_t pieces_;
  std::vector<Machine::Capture> captures_;
  Activation* top_;
  uint32_t level_;
  Names* names_;
  bool native_;
};

Machine::Machine(Interpreter& interpreter, const Environment& environment)
    : interpreter_(interpreter),
      environment_(environment),
      undefined_(environment.options().undefined),
      budget_(environment.options().budget),
      globals_(make_globals()) {}

Machine::~Machine() {
  globals_.clear();
  free_loops_.clear();
  result_ = Value();
  returned_ = Value();
  native_value_ = Value();
  collector_.clear_all();
}

void Machine::start(Names&) {
  fuel_ = 1;
  fuel_left_ = budget_.steps;
  bytes_before_ = value_bytes;
  level_ = 0;
  stack_base_ = stack_place();
  if (budget_.time.count() != 0) {
    deadline_ = std::chrono::steady_clock::now() + budget_.time;
  }
}

void Machine::finish() {
  result_ = Value();
  returned_ = Value();
  native_value_ = Value();
  records_ = nullptr;
  foreign_records_.clear();
  if (collector_.has_nodes()) {
    collector_.collect();
  }
}

namespace {

Error out_of_memory() {
  Error error;
  error.type = "BudgetExceeded";
  error.message = "the template needs more memory than there is";
  error.line = 0;
  return error;
}

}  // namespace

template <typename Run>
auto Machine::guarded(Names& names, const Run& run) -> std::variant<decltype(run()), Error> {
  try {
    OutsideScope scope(*this, names);
    return run();
  } catch (Unwind& unwind) {
    return std::move(unwind.error);
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const std::length_error&) {
    return out_of_memory();
  }
}

std::variant<Rendered, Error> Machine::render(const Template& compiled, Names& names) {
  const TemplateCode& code = TemplateAccess::code(compiled);
  return guarded(names, [&]() -> Rendered {
    const Capture start = mark();
    const size_t text = start.text;
    Ref<Context> context = new_context(code, nullptr, &names);
    run_function(*code.root, *context, nullptr);
    check_parts(start);
    Rendered rendered;
    rendered.text = written_since(text);
    rendered.spans.pieces = pieces_since(start);
    for (auto& pool : record_pools()) {
      rendered.spans.owners.push_back(std::move(pool));
    }
    return rendered;
  });
}

std::variant<Value, Error> Machine::render_native(const Template& compiled, Names& names) {
  const TemplateCode& code = TemplateAccess::code(compiled);
  return guarded(names, [&]() -> Value {
    size_t text = out_.size();
    is_native_ = true;
    native_count_ = 0;
    // The root itself must be outermost for its outputs to count.
    Activation* outer = std::exchange(top_, nullptr);
    Ref<Context> context = new_context(code, nullptr, &names);
    run_function(*code.root, *context, nullptr);
    top_ = outer;
    if (native_count_ == 1) {
      return std::move(native_value_);
    }
    return Value::string(written_since(text));
  });
}

std::variant<Value, Error> Machine::evaluate(const Template& compiled, Names& names) {
  const TemplateCode& code = TemplateAccess::code(compiled);
  return guarded(names, [&]() -> Value {
    Ref<Context> context = new_context(code, nullptr, &names);
    run_function(*code.root, *context, nullptr);
    return std::move(result_);
  });
}

std::variant<Value, Error> Machine::call_from_outside(const Value& callee,
                                                      const Arguments& arguments, Names& names) {
  return guarded(names, [&]() -> Value { return call_value(interpreter_, callee, arguments); });
}

Value Machine::macro(const Template& compiled, size_t index, Names& names) {
  const TemplateCode& code = TemplateAccess::code(compiled);
  auto made = guarded(names, [&]() -> Value {
    Ref<Context> context = new_context(code, nullptr, &names);
    // The text around macros is run once, so that they see what is set there.
    FrameLink* link = run_root(*code.root, *context);
    Value value = Value::object(new MacroObject(*code.macro_functions[index], link));
    link->release();
    return value;
  });
  if (auto* error = std::get_if<Error>(&made)) {
    throw Unwind{std::move(*error)};
  }
  return std::move(std::get<Value>(made));
}

uint32_t Machine::line_at(const Activation& activation) const {
  const Function& function = *activation.function;
  auto at = static_cast<size_t>(activation.at - function.code.data());
  uint32_t place = function.spans[at].begin;
  for (const LineMark& mark : function.lines) {
    if (mark.begin <= at && at < mark.end) {
      place = mark.place;
      break;
    }
  }
  return line_of(function.owner->text, place);
}

Error Machine::describe(std::string_view type, std::string message) const {
  Error error;
  error.type = type;
  error.message = std::move(message);
  error.line = 0;
  if (top_) {
    const TemplateCode& owner = *top_->function->owner;
    error.span = span_of(*top_);
    error.line = line_at(*top_);
    error.template_name = owner.is_loaded ? owner.name : "";
    error.trail = call_stack();
    if (!error.trail.empty()) {
      error.trail.erase(error.trail.begin());
    }
    error.variables = variables_at(*top_);
  }
  return error;
}

std::vector<std::string> Machine::variables_at(const Activation& activation) const {
  const Function& function = *activation.function;
  const TemplateCode& owner = *function.owner;
  auto at = static_cast<uint32_t>(activation.at - function.code.data());
  size_t place = function.spans[at].begin;
  size_t begin = place == 0 ? 0 : owner.text.find_last_of("\r\n", place - 1);
  begin = begin == std::string_view::npos ? 0 : begin;
  size_t end = std::min(owner.text.find_first_of("\r\n", place), owner.text.size());
  std::string_view line = owner.text.substr(begin, end - begin);
  std::vector<std::string> shown;
  for (const LocalName& local : function.locals) {
    if (at < local.begin || at > local.end || shown.size() >= 8) {
      continue;
    }
    std::string_view name = owner.name_text(local.name);
    const Value& value = activation.registers[local.slot];
    if (value.is_undefined() || value.is_object() || line.find(name) == std::string_view::npos) {
      continue;
    }
    std::string text = std::string(name) + " = " + value.repr();
    if (text.size() > kShownValue) {
      text = text.substr(0, byte_offset(text, kShownValue)) + "...";
    }
    std::replace(text.begin(), text.end(), '\n', ' ');
    shown.push_back(std::move(text));
  }
  std::sort(shown.begin(), shown.end());
  return shown;
}

void Machine::raise(std::string_view type, std::string message) {
  throw Unwind{describe(type, std::move(message))};
}

void Machine::raise(diag::Diagnostic diagnostic) {
  Error error = describe(diag::code_info(diagnostic.code).name, diagnostic.message);
  if (!diagnostic.span.valid()) {
    diagnostic.span = error.span;
  }
  error.host = std::make_shared<diag::Diagnostic>(std::move(diagnostic));
  throw Unwind{std::move(error)};
}

void Machine::return_from_macro(Value value) {
  returned_ = std::move(value);
  is_returning_ = true;
}

std::vector<diag::TrailStep> Machine::call_stack() const {
  std::vector<diag::TrailStep> steps;
  for (const Activation* place = top_; place; place = place->outer) {
    const Function& function = *place->function;
    if (steps.empty()) {
      steps.push_back({span_of(*place), ""});
    }
    if (function.kind == Function::Kind::Macro && place->outer) {
      steps.push_back({span_of(*place->outer),
                       "macro `" + std::string(function.owner->name_text(function.name)) + "`"});
    }
  }
  return steps;
}

std::vector<std::string> Machine::macro_stack() const {
  std::vector<std::string> names;
  for (const Activation* place = top_; place; place = place->outer) {
    if (place->function->kind == Function::Kind::Macro) {
      names.emplace_back(place->function->owner->name_text(place->function->name));
    }
  }
  return names;
}

bool Machine::is_in_macro() const {
  for (const Activation* place = top_; place; place = place->outer) {
    if (place->function->kind == Function::Kind::Macro) {
      return true;
    }
  }
  return false;
}

void Machine::charge_steps(uint64_t steps) {
  if (budget_.steps == 0) {
    return;
  }
  if (steps > fuel_left_) {
    raise("BudgetExceeded", "the template takes more steps than are allowed");
  }
  fuel_left_ -= steps;
}

void Machine::charge_bytes(uint64_t bytes) {
  // Results are often put together in one place and then moved to another.
  if (budget_.bytes != 0 && (bytes > budget_.bytes || memory() + 2 * bytes > budget_.bytes)) {
    raise("BudgetExceeded", "the template makes more bytes than are allowed");
  }
  charge_steps(bytes / 16);
}

uint64_t Machine::memory() const {
  int64_t values = value_bytes - bytes_before_;
  return out_.size() + pieces_.size() * sizeof(SpanPiece) +
         static_cast<uint64_t>(values < 0 ? 0 : values);
}

void Machine::enter_level() {
  if ((budget_.depth != 0 && level_ >= budget_.depth) ||
      stack_base_ - stack_place() > kStackBytes) {
    raise("RecursionError", "maximum recursion depth exceeded");
  }
  ++level_;
}

const NamedFunction* Machine::find_filter(std::string_view name) const {
  return EnvironmentAccess::functions(environment_).filter(name);
}

const NamedFunction* Machine::find_test(std::string_view name) const {
  return EnvironmentAccess::functions(environment_).test(name);
}

}  // namespace weft::jinja
