#include "jinja/macro.h"

#include <algorithm>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/machine.h"

namespace weft::jinja {

std::string_view MacroObject::name() const {
  const Function& code = function();
  return code.name == kNoName ? std::string_view() : code.owner->name_text(code.name);
}

std::optional<Value> MacroObject::attribute(Interpreter&, std::string_view name) {
  const Function& code = function();
  if (name == "name") {
    return code.name == kNoName ? Value::none() : Value::string(this->name());
  }
  if (name == "arguments") {
    std::vector<Value> names;
    for (NameId parameter : code.parameters) {
      names.push_back(Value::string(code.owner->name_text(parameter)));
    }
    return Value::tuple(std::move(names));
  }
  if (name == "catch_kwargs") {
    return Value::boolean(code.takes_kwargs);
  }
  if (name == "catch_varargs") {
    return Value::boolean(code.takes_varargs);
  }
  if (name == "caller") {
    return Value::boolean(code.takes_caller);
  }
  if (name == "explicit_caller") {
    return Value::boolean(code.names_caller);
  }
  return std::nullopt;
}

Value MacroObject::call(Interpreter& interpreter, const Arguments& arguments) {
  return InterpreterAccess::machine(interpreter).call_macro(*this, arguments);
}

std::string MacroObject::repr() const {
  return function().name == kNoName ? "<Macro anonymous>"
                                    : fmt::format("<Macro {}>", Value::string(name()).repr());
}

std::optional<Value> ModuleObject::attribute(Interpreter&, std::string_view name) {
  if (name == "__name__") {
    return Value::string(this->name());
  }
  for (const ContextVariable& variable : context_->variables()) {
    if (variable.is_exported && variable.name == name) {
      return variable.value;
    }
  }
  return std::nullopt;
}

std::string ModuleObject::repr() const {
  std::string shown = name().empty() ? fmt::format("memory:{}", static_cast<const void*>(this))
                                     : Value::string(name()).repr();
  return fmt::format("<TemplateModule {}>", shown);
}

std::optional<Value> SelfObject::attribute(Interpreter&, std::string_view name) {
  std::vector<BlockEntry>* entries = context_->blocks(name);
  if (!entries) {
    return std::nullopt;
  }
  // The name in the block's own template lives as long as the template.
  const Function& function = *entries->front().function;
  return Value::object(new BlockObject(function.owner->name_text(function.name), *context_, 0));
}

std::optional<Value> SelfObject::item(Interpreter& interpreter, const Value& key) {
  return key.is_string() ? attribute(interpreter, key.as_string()) : std::nullopt;
}

std::string SelfObject::repr() const {
  const std::string& name = context_->code().name;
  return fmt::format("<TemplateReference {}>",
                     context_->code().is_loaded ? Value::string(name).repr() : "None");
}

std::optional<Value> BlockObject::attribute(Interpreter& interpreter, std::string_view name) {
  if (name == "name") {
    return Value::string(name_);
  }
  if (name != "super") {
    return std::nullopt;
  }
  std::vector<BlockEntry>* entries = context_->blocks(name_);
  if (!entries || depth_ + 1 >= entries->size()) {
    return undefined_hint(
        fmt::format("there is no parent block called {}.", Value::string(name_).repr()),
        undefined_kind(interpreter));
  }
  return Value::object(new BlockObject(name_, *context_, depth_ + 1));
}

Value BlockObject::call(Interpreter& interpreter, const Arguments& arguments) {
  if (!arguments.positional.empty() || !arguments.named.empty()) {
    interpreter.raise("TypeError",
                      fmt::format("BlockReference.__call__() takes 1 positional argument but {} "
                                  "were given",
                                  arguments.positional.size() + arguments.named.size() + 1));
  }
  std::vector<BlockEntry>* entries = context_->blocks(name_);
  return InterpreterAccess::machine(interpreter).call_block((*entries)[depth_], *context_);
}

std::optional<Value> NamespaceObject::attribute(Interpreter&, std::string_view name) {
  const Value* value = attributes_.find(name);
  return value ? std::optional<Value>(*value) : std::nullopt;
}

}  // namespace weft::jinja
