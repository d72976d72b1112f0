// Inheritance, include and import.
#include <utility>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/environment_code.h"
#include "jinja/machine.h"

namespace weft::jinja {
namespace {

const Value& operand(const Activation& activation, uint32_t which) {
  return (which & kConstant) != 0 ? activation.function->owner->constants[which & ~kConstant]
                                  : activation.registers[which];
}

}  // namespace

void Machine::template_code(Activation& activation, const Instruction& code) {
  switch (code.op) {
    case Op::Extends:
      extend(activation, operand(activation, code.b));
      break;
    case Op::RenderParent:
      render_parent(activation);
      break;
    case Op::Include:
      include(activation, code);
      break;
    case Op::Import:
      import(activation, code);
      break;
    case Op::ImportName:
      import_name(activation, code);
      break;
    case Op::CallBlock:
      block(activation, code);
      break;
    case Op::MakeSelf:
      activation.registers[code.a] = Value::object(new SelfObject(*activation.context));
      break;
    case Op::MakeSuper:
      make_super(activation, code);
      break;
    default:
      raise("InternalError", "unknown instruction");
  }
}

Ref<Context> Machine::new_context(const TemplateCode& code, Context* outer, Names* names) {
  Ref<Context> context(new Context(collector_, code));
  context->outer = Ref<Context>(outer);
  context->names = names;
  context->escapes = environment_.options().autoescape;
  context->add_blocks(code);
  return context;
}

std::shared_ptr<const Template> Machine::load_template(const Value& name) {
  if (name.is_undefined()) {
    raise_undefined(interpreter_, name);
  }
  if (!name.is_string()) {
    raise("TemplateNotFound", name.str());
  }
  auto loaded = EnvironmentAccess::load(environment_, name.as_string());
  if (auto* error = std::get_if<Error>(&loaded)) {
    throw Unwind{std::move(*error)};
  }
  return std::get<0>(loaded);
}

std::shared_ptr<const Template> Machine::load_any(const Value& names, bool& is_missing) {
  if (names.is_undefined()) {
    raise_undefined(interpreter_, names);
  }
  std::vector<Value> candidates;
  bool is_one = names.is_string();
  if (is_one) {
    candidates.push_back(names);
  } else {
    candidates = to_items(interpreter_, names);
  }
  std::string tried;
  for (const Value& name : candidates) {
    if (std::shared_ptr<const Template> found;
        name.is_undefined() || !EnvironmentAccess::exists(environment_, name.str())) {
      if (name.is_undefined() && is_one) {
        raise_undefined(interpreter_, name);
      }
      tried += tried.empty() ? "" : ", ";
      tried += name.is_undefined() ? undefined_error(name).second : name.str();
      continue;
    }
    return load_template(Value::string(name.str()));
  }
  is_missing = true;
  if (is_one) {
    result_ = names;
  } else if (candidates.empty()) {
    result_ = Value::string("Tried to select from an empty list of templates.");
  } else {
    result_ = Value::string("none of the templates given were found: " + tried);
  }
  return nullptr;
}

void Machine::extend(Activation& activation, const Value& name) {
  if (name.is_string() && !EnvironmentAccess::exists(environment_, name.as_string())) {
    raise("TemplateNotFound", name.str());
  }
  activation.parent = load_template(name);
  activation.context->add_blocks(TemplateAccess::code(*activation.parent));
}

void Machine::render_parent(Activation& activation) {
  if (!activation.parent) {
    return;
  }
  // The parent runs in the child's context, where blocks of the child come first.
  std::shared_ptr<const Template> parent = activation.parent;
  run_function(*TemplateAccess::code(*parent).root, *activation.context, nullptr);
}

void Machine::take_snapshot(Activation& activation, uint32_t index, Context& context) {
  for (const VariableRef& ref : activation.function->owner->snapshots[index]) {
    const Value* from =
        ref.depth == 0 ? activation.registers : outer_registers(activation, ref.depth);
    const Value& value = from[ref.slot];
    if (!value.is_undefined() || ValueAccess::has_cell(value)) {
      context.variable(activation.function->owner->name_text(ref.name)).value = value;
    }
  }
}

void Machine::include(Activation& activation, const Instruction& code) {
  bool is_missing = false;
  std::shared_ptr<const Template> included = load_any(operand(activation, code.b), is_missing);
  if (is_missing) {
    if ((code.flags & kIgnoreMissing) != 0) {
      return;
    }
    std::string message = result_.str();
    bool is_one = operand(activation, code.b).is_string();
    raise(is_one ? "TemplateNotFound" : "TemplatesNotFound", message);
  }
  const TemplateCode& target = TemplateAccess::code(*included);
  bool has_context = (code.flags & kWithContext) != 0;
  Ref<Context> shared;
  if (has_context) {
    shared = Ref<Context>(new Context(collector_, target));
    shared->outer = Ref<Context>(activation.context);
    take_snapshot(activation, code.c, *shared);
  }
  Ref<Context> context = new_context(target, shared.get(), nullptr);
  run_function(*target.root, *context, nullptr);
}

void Machine::import(Activation& activation, const Instruction& code) {
  std::shared_ptr<const Template> imported;
  const Value& name = operand(activation, code.b);
  if (name.is_string() && !EnvironmentAccess::exists(environment_, name.as_string())) {
    raise("TemplateNotFound", name.str());
  }
  imported = load_template(name);
  const TemplateCode& target = TemplateAccess::code(*imported);
  Ref<Context> shared;
  if ((code.flags & kWithContext) != 0) {
    shared = Ref<Context>(new Context(collector_, target));
    shared->outer = Ref<Context>(activation.context);
    take_snapshot(activation, code.c, *shared);
  }
  Ref<Context> context = new_context(target, shared.get(), nullptr);
  begin_capture();
  run_function(*target.root, *context, nullptr);
  Value text = end_capture(is_escaping());
  activation.registers[code.a] = Value::object(new ModuleObject(context, std::move(text)));
}

void Machine::import_name(Activation& activation, const Instruction& code) {
  const TemplateCode& owner = *activation.function->owner;
  std::string_view name = owner.name_text(code.c);
  auto& module = static_cast<ModuleObject&>(activation.registers[code.b].as_object());
  if (std::optional<Value> value = module.attribute(interpreter_, name)) {
    activation.registers[code.a] = std::move(*value);
    return;
  }
  std::string place = fmt::format("line {}", line_at(activation));
  if (owner.is_loaded) {
    place += fmt::format(" in {}", Value::string(owner.name).repr());
  }
  std::string message =
      fmt::format("the template {} (imported on {}) does not export the requested name {}",
                  Value::string(module.name()).repr(), place, Value::string(name).repr());
  activation.registers[code.a] = undefined_hint(std::move(message), undefined_);
}

void Machine::block(Activation& activation, const Instruction& code) {
  const TemplateCode& owner = *activation.function->owner;
  std::string_view name = owner.name_text(code.c);
  std::vector<BlockEntry>* entries = activation.context->blocks(name);
  if (!entries || entries->empty()) {
    raise("KeyError", Value::string(name).repr());
  }
  if ((code.flags & kRequired) != 0 && entries->size() <= 1) {
    raise("TemplateRuntimeError",
          fmt::format("Required block {} not found", Value::string(name).repr()));
  }
  BlockEntry entry = entries->front();
  if ((code.flags & kScoped) == 0) {
    run_function(*entry.function, *activation.context, nullptr);
    return;
  }
  Ref<Context> derived(new Context(collector_, owner));
  derived->outer = Ref<Context>(activation.context);
  derived->escapes = activation.context->escapes;
  derived->copy_blocks(*activation.context);
  take_snapshot(activation, code.b, *derived);
  run_function(*entry.function, *derived, nullptr);
}

void Machine::make_super(Activation& activation, const Instruction& code) {
  std::string_view name = activation.function->owner->name_text(code.c);
  std::vector<BlockEntry>* entries = activation.context->blocks(name);
  size_t depth = 0;
  while (entries && depth < entries->size() && (*entries)[depth].function != activation.function) {
    ++depth;
  }
  if (!entries || depth + 1 >= entries->size()) {
    activation.registers[code.a] = undefined_hint(
        fmt::format("there is no parent block called {}.", Value::string(name).repr()), undefined_);
    return;
  }
  activation.registers[code.a] =
      Value::object(new BlockObject(name, *activation.context, depth + 1));
}

Value Machine::call_block(const BlockEntry& block, Context& context) {
  const Capture start = mark();
  run_function(*block.function, context, nullptr);
  if (is_returning_) {
    drop_text(start.text, start.pieces);
    return Value();
  }
  return take_text(start, context.escapes);
}

}  // namespace weft::jinja
