// Calls: arguments, macros, closures and loops.
#include <memory>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/machine.h"

namespace weft::jinja {

/// Registers and the chain of running functions, put right again however the function ends.
class ActivationScope {
 public:
  ActivationScope(Machine& machine, const Function& function, Context& context, FrameLink* up)
      : machine_(machine), captures_(machine.captures_.size()) {
    machine.enter_level();
    activation_.outer = machine.top_;
    activation_.function = &function;
    activation_.at = function.code.data();
    activation_.context = &context;
    activation_.up = up;
    if (up) {
      up->retain();
    }
    context.retain();
    activation_.registers = machine.stack_.take(function.registers);
    machine.top_ = &activation_;
  }
  ~ActivationScope() {
    machine_.top_ = activation_.outer;
    machine_.captures_.resize(captures_);
    if (FrameLink* link = activation_.link) {
      if (link->references() > 1) {
        link->close(activation_.function->registers);
      }
      link->release();
    }
    machine_.stack_.give_back(activation_.registers);
    if (activation_.up) {
      activation_.up->release();
    }
    activation_.context->release();
    machine_.leave_level();
  }
  ActivationScope(const ActivationScope&) = delete;
  ActivationScope& operator=(const ActivationScope&) = delete;

  Activation& operator*() { return activation_; }
  Activation* operator->() { return &activation_; }

 private:
  Machine& machine_;
  size_t captures_;
  Activation activation_;
};

/// The arguments of one call: most are positional and lie in registers already, so that nothing is
/// made for them.
struct Machine::CallArguments {
  std::span<const Value> positional;

  CallArguments() = default;
  ~CallArguments() { std::destroy_n(few(), few_count_); }
  CallArguments(const CallArguments&) = delete;
  CallArguments& operator=(const CallArguments&) = delete;

  void add(std::string_view name, const Value& value) {
    if (few_count_ < kInline && !(rest_ && !rest_->named.empty())) {
      new (few() + few_count_++) NamedValue{name, value};
      return;
    }
    if (rest().named.empty()) {
      rest().named.assign(few(), few() + few_count_);
    }
    rest().named.push_back({name, value});
  }
  std::span<const NamedValue> named() const {
    if (rest_ && !rest_->named.empty()) {
      return rest_->named;
    }
    return {const_cast<CallArguments*>(this)->few(), few_count_};
  }
  Arguments view() const { return {positional, named()}; }
  /// Where the items of * go.
  std::vector<Value>& spread() { return rest().spread; }
  /// Keeps the keys of ** alive.
  std::vector<Value>& keys() { return rest().keys; }

 private:
  static constexpr size_t kInline = 6;
  struct Rest {
    std::vector<Value> spread;
    std::vector<NamedValue> named;
    std::vector<Value> keys;
  };

  NamedValue* few() { return std::launder(reinterpret_cast<NamedValue*>(few_)); }
  Rest& rest() {
    if (!rest_) {
      rest_ = std::make_unique<Rest>();
    }
    return *rest_;
  }

  size_t few_count_ = 0;
  std::unique_ptr<Rest> rest_;
  alignas(NamedValue) std::byte few_[kInline * sizeof(NamedValue)];
};

void Machine::spread_star(const Value& value, CallArguments& out) {
  out.spread().assign(out.positional.begin(), out.positional.end());
  if (!is_iterable(interpreter_, value)) {
    raise("TypeError",
          fmt::format("argument after * must be an iterable, not {}", value.type_name()));
  }
  for (Value& item : to_items(interpreter_, value)) {
    out.spread().push_back(std::move(item));
  }
  out.positional = out.spread();
}

void Machine::spread_star_star(const Value& value, CallArguments& out) {
  if (is_permissive(value)) {
    return;
  }
  if (value.is_undefined()) {
    raise_undefined(interpreter_, value);
  }
  bool is_mapping = value.is_dict() || (value.is_object() && value.as_object().is_mapping());
  if (!is_mapping) {
    raise("TypeError",
          fmt::format("argument after ** must be a mapping, not {}", value.type_name()));
  }
  for (Value& key : to_items(interpreter_, value)) {
    if (!key.is_string()) {
      raise("TypeError", "keywords must be strings");
    }
    Value item = value.is_dict() ? *value.find(key) : get_item(interpreter_, value, key);
    out.keys().push_back(std::move(key));
    std::string_view name = out.keys().back().as_string();
    for (const NamedValue& given : out.named()) {
      if (given.name == name) {
        raise("TypeError", fmt::format("got multiple values for keyword argument '{}'", name));
      }
    }
    out.add(name, item);
  }
}

void Machine::collect_arguments(const Activation& activation, const Instruction& code,
                                const Instruction& extra, CallArguments& out) {
  const TemplateCode& owner = *activation.function->owner;
  const Value* base = activation.registers + code.c;
  out.positional = {base, code.n};
  const Value* next = base + code.n;
  if ((extra.flags & kStar) != 0) {
    spread_star(*next++, out);
  }
  for (uint32_t i = 0; i < extra.n; ++i) {
    out.add(owner.name_text(owner.keywords[extra.b + i]), *next++);
  }
  if ((extra.flags & kStarStar) != 0) {
    // Names point into the keys, which must not move while they are collected.
    out.keys().reserve(next->is_dict() ? next->size() : 64);
    spread_star_star(*next, out);
  }
}

void Machine::finish_call(Activation& activation, const Instruction& code, const Instruction& extra,
                          Value result) {
  if ((extra.flags & kEmit) == 0) {
    activation.registers[code.a] = std::move(result);
    return;
  }
  if ((extra.flags & kUnchanged) != 0) {
    emit_unchanged(activation, result);
    return;
  }
  EscapeMode mode = (extra.flags & kEscape) != 0          ? EscapeMode::On
                    : (extra.flags & kEscapeDynamic) != 0 ? EscapeMode::Dynamic
                                                          : EscapeMode::Off;
  emit_value(activation, result, mode);
}

void Machine::call(Activation& activation, const Instruction& code) {
  const Instruction& extra = (&code)[1];
  const Value& callee = (code.b & kConstant) != 0
                            ? activation.function->owner->constants[code.b & ~kConstant]
                            : activation.registers[code.b];
  CallArguments arguments;
  collect_arguments(activation, code, extra, arguments);
  auto* macro = callee.is_object() ? exact<MacroObject>(*ValueAccess::object(callee)) : nullptr;
  if (macro && (extra.flags & kEmit) != 0 && !(is_native_ && !activation.outer)) {
    Value keep(callee);
    Value returned;
    if (run_macro(*macro, arguments.view(), returned)) {
      finish_call(activation, code, extra, std::move(returned));
    }
    return;
  }
  Value keep(callee);
  spend(kCallSteps);
  Value result = macro ? call_macro(*macro, arguments.view())
                       : call_value(interpreter_, keep, arguments.view());
  if (!is_returning_) {
    finish_call(activation, code, extra, std::move(result));
  }
}

void Machine::call_method_code(Activation& activation, const Instruction& code) {
  const Instruction& extra = (&code)[1];
  const TemplateCode& owner = *activation.function->owner;
  Value subject = (code.b & kConstant) != 0 ? owner.constants[code.b & ~kConstant]
                                            : activation.registers[code.b];
  CallArguments arguments;
  collect_arguments(activation, code, extra, arguments);
  charge_work(arguments.view(), subject);
  Value result = call_method(interpreter_, subject, owner.name_text(extra.a), arguments.view());
  if (!is_returning_) {
    finish_call(activation, code, extra, std::move(result));
  }
}

void Machine::charge_work(const Arguments& arguments, const Value& subject) {
  // Most look at every byte, about as fast as this; a search may compare every part of the text
  // with all of what is sought. Lists charge for themselves: most of their methods look at one
  // item.
  constexpr size_t kBytesOfStep = 8, kSoughtBytes = 64, kBigIntSteps = 4096;
  uint64_t steps = kCallSteps;
  if (subject.is_string()) {
    size_t sought = arguments.positional.empty() || !arguments.positional.back().is_string()
                        ? 0
                        : arguments.positional.back().as_string().size();
    steps += subject.as_string().size() / kBytesOfStep * (1 + sought / kSoughtBytes);
  } else if (subject.kind() == Kind::BigInt) {
    steps += kBigIntSteps;
  }
  if (steps > 4 * kCallSteps) {
    charge_steps(steps);
  } else {
    spend(steps);
  }
}

void Machine::raise_unknown(std::span<const NamedValue> named, std::string_view kind,
                            std::string_view name) {
  // What Jinja puts in the place of a missing function takes positional arguments only.
  if (!named.empty()) {
    raise("TypeError", fmt::format("t_1() got an unexpected keyword argument '{}'", named[0].name));
  }
  raise("TemplateRuntimeError", fmt::format("No {} named '{}' found.", kind, name));
}

void Machine::filter(Activation& activation, const Instruction& code) {
  const Instruction& extra = (&code)[1];
  const FunctionRef& ref = activation.function->owner->filters[extra.a];
  CallArguments arguments;
  collect_arguments(activation, code, extra, arguments);
  if (!ref.function) {
    raise_unknown(arguments.named(), "filter", activation.function->owner->name_text(ref.name));
  }
  charge_work(arguments.view(), arguments.positional[0]);
  Value result = ref.function->function(interpreter_, arguments.view(), ref.function->self);
  activation.registers[code.a] = std::move(result);
}

void Machine::test(Activation& activation, const Instruction& code) {
  const Instruction& extra = (&code)[1];
  const FunctionRef& ref = activation.function->owner->tests[extra.a];
  CallArguments arguments;
  collect_arguments(activation, code, extra, arguments);
  if (!ref.function) {
    raise_unknown(arguments.named(), "test", activation.function->owner->name_text(ref.name));
  }
  charge_work(arguments.view(), arguments.positional[0]);
  Value result = ref.function->function(interpreter_, arguments.view(), ref.function->self);
  bool is_true = truth(interpreter_, result);
  if ((extra.flags & kNegated) != 0) {
    activation.registers[code.a] = Value::boolean(!is_true);
  } else {
    activation.registers[code.a] = std::move(result);
  }
}

void Machine::filter_value(Activation& activation, const Instruction& code, const Value& subject) {
  const FunctionRef& ref = activation.function->owner->filters[code.c];
  if (!ref.function) {
    raise_unknown({}, "filter", activation.function->owner->name_text(ref.name));
  }
  Value keep(subject);
  Arguments arguments{{&keep, 1}, {}};
  charge_work(arguments, keep);
  activation.registers[code.a] =
      ref.function->function(interpreter_, arguments, ref.function->self);
}

void Machine::test_value(Activation& activation, const Instruction& code, const Value& subject) {
  const FunctionRef& ref = activation.function->owner->tests[code.c];
  if (!ref.function) {
    raise_unknown({}, "test", activation.function->owner->name_text(ref.name));
  }
  Value keep(subject);
  Arguments arguments{{&keep, 1}, {}};
  charge_work(arguments, keep);
  Value result = ref.function->function(interpreter_, arguments, ref.function->self);
  bool is_true = truth(interpreter_, result);
  if (code.flags != 0) {
    activation.registers[code.a] = Value::boolean(!is_true);
  } else {
    activation.registers[code.a] = std::move(result);
  }
}

void Machine::bind(const Function& function, const Arguments& arguments, Value* registers) {
  size_t count = function.parameters.size();
  size_t given = std::min(count, arguments.positional.size());
  for (size_t i = 0; i < given; ++i) {
    registers[i] = arguments.positional[i];
  }
  bool is_plain = arguments.named.empty() && arguments.positional.size() <= count &&
                  !function.takes_caller && !function.takes_kwargs && !function.takes_varargs;
  if (!is_plain) {
    bind_named(function, arguments, registers, given);
  }
}

void Machine::bind_named(const Function& function, const Arguments& arguments, Value* registers,
                         size_t given) {
  const TemplateCode& owner = *function.owner;
  size_t count = function.parameters.size();
  std::string_view macro =
      function.name == kNoName ? std::string_view() : owner.name_text(function.name);
  std::string shown = function.name == kNoName ? "None" : "'" + std::string(macro) + "'";
  std::vector<bool> used(arguments.named.size(), false);
  auto take = [&](std::string_view name, Value& to) {
    for (size_t k = 0; k < arguments.named.size(); ++k) {
      if (!used[k] && arguments.named[k].name == name) {
        used[k] = true;
        to = arguments.named[k].value;
        return;
      }
    }
  };
  bool found_caller = given == count && function.names_caller;
  for (size_t i = given; i < count; ++i) {
    found_caller = found_caller || function.parameters[i] == kCallerName;
    take(owner.name_text(function.parameters[i]), registers[i]);
  }
  size_t next = count;
  if (function.takes_caller && !function.names_caller) {
    take("caller", registers[next]);
    if (registers[next].is_none() || registers[next].is_undefined()) {
      registers[next] = undefined_hint("No caller defined", undefined_);
    }
    ++next;
  }
  if (function.takes_kwargs) {
    Value kwargs = Value::dict();
    for (size_t k = 0; k < arguments.named.size(); ++k) {
      if (!used[k]) {
        kwargs.set_item(arguments.named[k].name, arguments.named[k].value);
      }
    }
    registers[next++] = std::move(kwargs);
  } else {
    for (size_t k = 0; k < arguments.named.size(); ++k) {
      if (!used[k] && arguments.named[k].name == "caller") {
        raise("TypeError", fmt::format("macro {} was invoked with two values for the special "
                                       "caller argument. This is most likely a bug.",
                                       shown));
      }
    }
    for (size_t k = 0; k < arguments.named.size(); ++k) {
      if (!used[k]) {
        raise("TypeError", fmt::format("macro {} takes no keyword argument {}", shown,
                                       Value::string(arguments.named[k].name).repr()));
      }
    }
  }
  if (function.takes_varargs) {
    std::vector<Value> rest;
    for (size_t i = count; i < arguments.positional.size(); ++i) {
      rest.push_back(arguments.positional[i]);
    }
    registers[next] = Value::tuple(std::move(rest));
  } else if (arguments.positional.size() > count) {
    raise("TypeError", fmt::format("macro {} takes not more than {} argument(s)", shown, count));
  }
}

bool Machine::run_macro(const MacroObject& macro, const Arguments& arguments, Value& returned) {
  const Function& function = macro.function();
  spend(kMacroSteps);
  const Capture start = mark();
  Ref<FrameLink> link(macro.link());
  if (names_ != nullptr && function.kind == Function::Kind::Macro && !is_in_macro())
    names_->macro_called(macro);
  {
    ActivationScope scope(*this, function, *link->context, link.get());
    // Errors of the arguments are the caller's.
    top_ = scope->outer;
    bind(function, arguments, scope->registers);
    top_ = &*scope;
    bool escapes = scope->context->escapes;
    run(*scope);
    scope->context->escapes = escapes;
    if (!is_returning_) {
      check_parts(start);
    }
  }
  if (!is_returning_) {
    return false;
  }
  drop_text(start.text, start.pieces);
  if (function.kind == Function::Kind::Macro) {
    is_returning_ = false;
    returned = std::move(returned_);
  }
  return true;
}

Value Machine::call_macro(const MacroObject& macro, const Arguments& arguments) {
  const Capture start = mark();
  bool is_markup = is_escaping();
  Value returned;
  if (run_macro(macro, arguments, returned)) {
    return returned;
  }
  return take_text(start, is_markup);
}

FrameLink* Machine::link_of(Activation& activation) {
  if (!activation.link) {
    auto* link = new FrameLink(collector_);
    link->retain();
    link->registers = activation.registers;
    link->outer = Ref<FrameLink>(activation.up);
    link->context = Ref<Context>(activation.context);
    activation.link = link;
  }
  return activation.link;
}

void Machine::make_macro(Activation& activation, const Instruction& code, bool is_macro) {
  const Function& function = *activation.function->owner->functions[code.b];
  FrameLink* link = link_of(activation);
  Object* object = is_macro ? static_cast<Object*>(new MacroObject(function, link))
                            : new ClosureObject(function, link);
  activation.registers[code.a] = Value::object(object);
}

void Machine::begin_loop(Activation& activation, const Instruction& code, const Value& iterable) {
  Value loop;
  if (free_loops_.empty()) {
    loop = Value::object(new LoopObject(*this));
  } else {
    loop = std::move(free_loops_.back());
    free_loops_.pop_back();
  }
  auto& object = static_cast<LoopObject&>(loop.as_object());
  if ((code.flags & 1) != 0) {
    object.filter = activation.registers[code.c];
  }
  if ((code.flags & 2) != 0) {
    object.body = *activation.closure;
    object.depth0 = activation.depth0;
  }
  if ((code.flags & 4) != 0) {
    object.keep_items();
  }
  object.begin(interpreter_, iterable);
  activation.registers[code.a] = std::move(loop);
}

void Machine::end_loop(Value& loop) {
  if (ValueAccess::cell(loop)->references == 1) {
    static_cast<LoopObject&>(loop.as_object()).end();
    free_loops_.push_back(std::move(loop));
  }
  loop = Value();
}

void Machine::run_loop(const Value& body, const Value& iterable, int64_t depth0) {
  Value keep(body);
  auto& closure = static_cast<ClosureObject&>(keep.as_object());
  Ref<FrameLink> link(closure.link());
  spend(kMacroSteps);
  ActivationScope scope(*this, closure.function(), *link->context, link.get());
  scope->registers[0] = iterable;
  scope->closure = &keep;
  scope->depth0 = depth0;
  run(*scope);
}

Value Machine::call_loop(const Value& body, const Value& iterable, int64_t depth0) {
  const Capture start = mark();
  run_loop(body, iterable, depth0);
  if (is_returning_) {
    drop_text(start.text, start.pieces);
    return Value();
  }
  return take_text(start, is_escaping());
}

bool Machine::passes_filter(const Value& closure_value, Value& item) {
  auto& closure = static_cast<ClosureObject&>(closure_value.as_object());
  Ref<FrameLink> link(closure.link());
  ActivationScope scope(*this, closure.function(), *link->context, link.get());
  scope->registers[0] = item;
  run(*scope);
  Value result = std::move(result_);
  if (is_returning_ || !truth(interpreter_, result)) {
    return false;
  }
  if (closure.function().rebuilds_item) {
    item = std::move(result);
  }
  return true;
}

FrameLink* Machine::run_root(const Function& function, Context& context) {
  ActivationScope scope(*this, function, context, nullptr);
  FrameLink* link = link_of(*scope);
  link->retain();
  run(*scope);
  return link;
}

void Machine::run_function(const Function& function, Context& context, FrameLink* up) {
  ActivationScope scope(*this, function, context, up);
  run(*scope);
}

}  // namespace weft::jinja
