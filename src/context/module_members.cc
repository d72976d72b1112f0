// `modules`: the parts of Python's library that templates may use.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "context/modules.h"
#include "context/worker.h"
#include "jinja/methods.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

class ModuleFunctionObject final : public jinja::Object {
 public:
  ModuleFunctionObject(std::string_view name, ModuleFunction function)
      : name_(name), function_(std::move(function)) {}
  std::string_view type_name() const override { return "function"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    return function_(interpreter, arguments);
  }
  std::string repr() const override {
    return fmt::format("<function {} at {}>", name_, fmt::ptr(this));
  }

 private:
  std::string_view name_;
  ModuleFunction function_;
};

std::function<void(Interpreter&)> itertools_warning(Worker& worker) {
  return [&worker, is_warned = false](Interpreter& interpreter) mutable {
    if (std::exchange(is_warned, true))
      return;
    diag::Diagnostic warning;
    warning.code = diag::Code::ItertoolsUsed;
    warning.message = "`modules.itertools` is on its way out";
    warning.hint = "use Jinja's own loops and filters";
    warning.legacy_text =
        "Usage of itertools modules is deprecated. Please use the built-in functions instead.";
    if (diag::Status status = worker.shared().messages.warn(std::move(warning)); !status)
      interpreter.raise(std::move(status.error()));
  };
}

/// The modules, each made when it is first used.
class ModulesObject final : public jinja::Object {
 public:
  ModulesObject(base::Clock& clock, std::function<void(Interpreter&)> on_itertools)
      : clock_(clock), on_itertools_(std::move(on_itertools)) {}
  std::string_view type_name() const override { return "dict"; }
  bool is_mapping() const override { return true; }
  std::optional<size_t> length() const override { return kNames.size(); }

  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end())
      return std::nullopt;
    Value& made = made_[static_cast<size_t>(found - kNames.begin())];
    if (made.is_undefined())
      made = make(name);
    return made;
  }
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override {
    return key.is_string() ? attribute(interpreter, key.as_string()) : std::nullopt;
  }
  std::optional<std::vector<Value>> iterate(Interpreter&) override {
    std::vector<Value> names;
    for (std::string_view name : kNames)
      names.push_back(Value::string(name));
    return names;
  }

 private:
  static constexpr std::array<std::string_view, 4> kNames = {"pytz", "datetime", "re", "itertools"};

  Value make(std::string_view name) {
    if (name == "pytz")
      return pytz_module();
    if (name == "datetime")
      return datetime_module(clock_);
    return name == "re" ? re_module() : itertools_module(on_itertools_);
  }

  base::Clock& clock_;
  std::function<void(Interpreter&)> on_itertools_;
  std::array<Value, kNames.size()> made_;
};

constexpr Member kMembers[] = {
    {"modules",
     [](Worker& w) { return modules_value(w.shared().env.clock, itertools_warning(w)); }},
};

}  // namespace

Value modules_value(base::Clock& clock, std::function<void(Interpreter&)> on_itertools) {
  return Value::object(new ModulesObject(clock, std::move(on_itertools)));
}

Value make_module_function(std::string_view name, ModuleFunction function) {
  return Value::object(new ModuleFunctionObject(name, std::move(function)));
}

Value ClassObject::call(Interpreter& interpreter, const Arguments& arguments) {
  if (!make_) {
    interpreter.raise("TypeError", fmt::format("cannot create '{}' instances", full_name_));
  }
  return make_(interpreter, arguments);
}

std::optional<Value> ClassObject::attribute(Interpreter&, std::string_view name) {
  for (const auto& [key, value] : members_) {
    if (key == name)
      return value;
  }
  jinja::BuiltinMethod method =
      instances_ == jinja::Kind::None ? nullptr : jinja::find_method(instances_, name);
  if (method == nullptr)
    return std::nullopt;
  auto call = [method, kind = instances_, full_name = full_name_](Interpreter& interpreter,
                                                                  const Arguments& arguments) {
    if (arguments.positional.empty() || arguments.positional[0].kind() != kind) {
      interpreter.raise("TypeError",
                        fmt::format("a method of '{}' needs such an object first", full_name));
    }
    Arguments rest = arguments;
    rest.positional = arguments.positional.subspan(1);
    return method(interpreter, arguments.positional[0], rest);
  };
  return make_module_function("method_descriptor", call);
}

std::string ClassObject::repr() const { return fmt::format("<class '{}'>", full_name_); }

std::span<const Member> module_members() { return kMembers; }

}  // namespace weft::context
