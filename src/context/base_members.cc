// var, env_var, log, print, return and the facts of the invocation.
#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "config/variables.h"
#include "context/plain_names.h"
#include "context/worker.h"
#include "diag/code.h"
#include "jinja/bound_method.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

Worker& worker_of(void* self) { return *static_cast<Worker*>(self); }

/// Jinja inside of a variable's text is rendered when the variable is read.
Value var_value(Worker& worker, const base::Data& data) {
  if (data.is_string() && data.as_string().find("{{") != std::string::npos) {
    diag::Result<jinja::Rendered> rendered =
        worker.render_text(data.as_string(), "var", worker.scope());
    if (!rendered)
      worker.interpreter().raise(rendered.error());
    return Value::string(rendered->text);
  }
  return Value::from_data(data);
}

const base::Data* find_var(const Worker& worker, std::string_view name) {
  const NodeScope& scope = worker.scope();
  if (scope.unit_test != nullptr && scope.unit_test->vars != nullptr) {
    if (const base::Data* value = scope.unit_test->vars->find(name))
      return value;
  }
  return worker.shared().vars.find(scope.package_name, name);
}

/// A JSON object with a line for each key, indented as dbt's message has it.
std::string one_a_line(const base::DataMap& map) {
  std::string text = "{";
  for (const auto& [key, value] : map) {
    text += fmt::format("{}\n      {}: {}", text.size() > 1 ? "," : "",
                        base::to_json(base::Data(key)), base::to_json(value));
  }
  return text + (map.empty() ? "}" : "\n  }");
}

[[noreturn]] void raise_missing_var(Worker& worker, const std::string& name) {
  const base::DataMap visible = worker.shared().vars.visible(worker.scope().package_name);
  std::vector<std::string> names;
  for (const auto& [key, value] : visible)
    names.push_back(key);
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::VarMissing;
  diagnostic.message = fmt::format("required variable `{}` is not set", name);
  const manifest::Node* node = worker.scope().node;
  diagnostic.legacy_text = fmt::format(
      "Compilation Error{}\n  Required var '{}' not found in config:\n  Vars supplied to {} = {}",
      node == nullptr ? "" : " in " + describe_node(*node), name,
      node == nullptr ? "<Configuration>" : node->name, one_a_line(visible));
  if (std::optional<std::string> near = base::nearest(name, names))
    diagnostic.hint = fmt::format("did you mean `{}`?", *near);
  else
    diagnostic.hint = "set it under `vars:` in dbt_project.yml, or give `--vars`";
  worker.interpreter().raise(std::move(diagnostic));
}

/// var(name, default), and var.has_var(name).
class VarObject final : public jinja::Object {
 public:
  explicit VarObject(Worker& worker) : worker_(worker) {}
  std::string_view type_name() const override { return "RuntimeVar"; }
  std::string_view module_name() const override { return "dbt.context.providers"; }
  bool is_callable() const override { return true; }

  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    ArgumentReader reader(interpreter, "var", arguments, {"var_name", "default"});
    std::string name = reader.text(0);
    if (const base::Data* data = find_var(worker_, name))
      return var_value(worker_, *data);
    if (const Value* fallback = reader.find(1))
      return *fallback;
    // While nodes are parsed a missing variable is none; macros and configurations are strict.
    if (worker_.is_parsing() && worker_.scope().capture != nullptr)
      return Value::none();
    raise_missing_var(worker_, name);
  }

  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    return jinja::method_among(*this, name, {"has_var"});
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name != "has_var")
      return std::nullopt;
    ArgumentReader reader(interpreter, "has_var", arguments, {"var_name"});
    return Value::boolean(find_var(worker_, reader.text(0)) != nullptr);
  }

 private:
  Worker& worker_;
};

Value env_var(Interpreter& interpreter, const Arguments& arguments, void* self) {
  Worker& worker = worker_of(self);
  ArgumentReader reader(interpreter, "env_var", arguments, {"var", "default"});
  std::string name = reader.text(0);
  if (base::starts_with(name, config::kSecretPrefix)) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::EnvVarSecret;
    diagnostic.message = fmt::format("secret variable `{}` may not be read here", name);
    diagnostic.hint = "secrets can be used in profiles.yml and packages.yml only";
    diagnostic.legacy_text = fmt::format(
        "Parsing Error\n  Secret env vars are allowed only in profiles.yml or packages.yml. Found "
        "'{}' referenced elsewhere.",
        name);
    interpreter.raise(std::move(diagnostic));
  }
  const NodeScope& scope = worker.scope();
  if (scope.unit_test != nullptr && scope.unit_test->env_vars != nullptr) {
    if (const base::Data* value = scope.unit_test->env_vars->find(name))
      return Value::string(python_str(*value));
  }
  std::optional<std::string_view> value = worker.shared().env.variable(name);
  worker.note_variable(name, value);
  if (value)
    return Value::string(*value);
  if (const Value* fallback = reader.find(1))
    return *fallback;
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::EnvVarMissing;
  diagnostic.message = fmt::format("environment variable `{}` is not set", name);
  diagnostic.hint = fmt::format("set it, or write env_var('{}', 'a default')", name);
  diagnostic.legacy_text =
      fmt::format("Parsing Error\n  Env var required but not provided: '{}'", name);
  interpreter.raise(std::move(diagnostic));
}

Value return_value(Interpreter& interpreter, const Arguments& arguments, void*) {
  ArgumentReader reader(interpreter, "return", arguments, {"data"});
  const Value* value = reader.find(0);
  interpreter.return_from_macro(value == nullptr ? Value::none() : *value);
  return Value::string("");
}

Value log(Interpreter& interpreter, const Arguments& arguments, void* self) {
  Worker& worker = worker_of(self);
  ArgumentReader reader(interpreter, "log", arguments, {"msg", "info"});
  worker.shared().messages.log(reader.require(0).str(), reader.flag_or(1, false), worker.scope());
  return Value::string("");
}

Value print(Interpreter& interpreter, const Arguments& arguments, void* self) {
  Worker& worker = worker_of(self);
  ArgumentReader reader(interpreter, "print", arguments, {"msg"});
  if (worker.shared().flags.get_bool("print"))
    worker.shared().messages.print(reader.require(0).str());
  return Value::string("");
}

/// `flags`: attributes in upper case; what it does not know is undefined.
class FlagsObject final : public jinja::Object {
 public:
  explicit FlagsObject(Worker& worker) : worker_(worker) {}
  std::string_view type_name() const override { return "Namespace"; }
  std::string_view module_name() const override { return "argparse"; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (base::equal_ignoring_case(name, "which"))
      return Value::string(worker_.shared().which);
    const base::Data* value = worker_.shared().flags.find(base::to_lower(name));
    if (value == nullptr)
      return std::nullopt;
    return Value::from_data(*value);
  }
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override {
    return key.is_string() ? attribute(interpreter, key.as_string()) : std::nullopt;
  }

 private:
  Worker& worker_;
};

Value flags_value(Worker& worker) { return Value::object(new FlagsObject(worker)); }

std::vector<Value> member_names(const Worker& worker) {
  std::vector<Value> names;
  for (const std::string& name : worker.member_names())
    names.push_back(Value::string(name));
  return names;
}

/// dict.get() of an object that is no dict: nothing unless the first argument is a text.
template <typename Find>
std::optional<Value> get_by_text(const Arguments& arguments, Find find) {
  if (arguments.positional.empty() || !arguments.positional[0].is_string())
    return std::nullopt;
  if (std::optional<Value> value = find(arguments.positional[0].as_string()))
    return value;
  return arguments.positional.size() > 1 ? arguments.positional[1] : Value::none();
}

/// `builtins`: the context's own members, for macros that replace one of them.
class BuiltinsObject final : public jinja::Object {
 public:
  explicit BuiltinsObject(Worker& worker) : worker_(worker) {}
  std::string_view type_name() const override { return "dict"; }
  bool is_mapping() const override { return true; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    std::optional<Value> member = worker_.member(name);
    return member ? member : jinja::method_among(*this, name, {"get"});
  }
  std::optional<Value> item(Interpreter&, const Value& key) override {
    return key.is_string() ? worker_.member(key.as_string()) : std::nullopt;
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name == "get") {
      auto find = [this](std::string_view key) { return worker_.member(key); };
      if (std::optional<Value> value = get_by_text(arguments, find))
        return value;
    }
    std::optional<Value> callee = worker_.member(name);
    if (!callee)
      return std::nullopt;
    return interpreter.invoke(*callee, arguments);
  }
  std::optional<std::vector<Value>> iterate(Interpreter&) override { return member_names(worker_); }

 private:
  Worker& worker_;
};

/// `context`: every name of the current render, macros included.
class ContextObject final : public jinja::Object {
 public:
  explicit ContextObject(Worker& worker) : worker_(worker) {}
  std::string_view type_name() const override { return "ChainMap"; }
  std::string_view module_name() const override { return "collections"; }
  bool is_mapping() const override { return true; }
  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override {
    std::optional<Value> known = worker_.lookup(interpreter, name);
    return known ? known : jinja::method_among(*this, name, {"get", "update"});
  }
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override {
    return key.is_string() ? worker_.lookup(interpreter, key.as_string()) : std::nullopt;
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name == "get") {
      auto find = [&](std::string_view key) { return worker_.lookup(interpreter, key); };
      if (std::optional<Value> value = get_by_text(arguments, find))
        return value;
    }
    if (name == "update") {
      update(arguments);
      return Value::none();
    }
    std::optional<Value> callee = worker_.lookup(interpreter, name);
    if (!callee)
      return std::nullopt;
    return interpreter.invoke(*callee, arguments);
  }
  std::optional<std::vector<Value>> iterate(Interpreter&) override { return member_names(worker_); }

 private:
  /// New names, which the rest of this render sees as variables.
  void update(const Arguments& arguments) {
    for (const Value& names : arguments.positional) {
      for (size_t i = 0; names.is_dict() && i < names.size(); ++i)
        set(names.key_at(i).str(), names.value_at(i));
    }
    for (const jinja::NamedValue& one : arguments.named)
      set(std::string(one.name), one.value);
  }

  void set(const std::string& name, const Value& value) {
    auto& extras = worker_.scope().extras;
    auto known = std::find_if(extras.begin(), extras.end(),
                              [&](const auto& extra) { return extra.first == name; });
    if (known == extras.end())
      extras.emplace_back(name, value);
    else
      known->second = value;
  }

  Worker& worker_;
};

Value target_value(Worker& worker) {
  return Value::from_data(base::Data(worker.shared().profile.target));
}

constexpr Member kMembers[] = {
    {"var", [](Worker& w) { return Value::object(new VarObject(w)); }},
    {"env_var", [](Worker& w) { return jinja::make_function("env_var", env_var, &w); }},
    {"return", [](Worker& w) { return jinja::make_function("return", return_value, &w); }},
    {"log", [](Worker& w) { return jinja::make_function("log", log, &w); }},
    {"print", [](Worker& w) { return jinja::make_function("print", print, &w); }},
    {"dbt_version", [](Worker&) { return Value::string(config::kDbtVersion); }},
    {"weft_version", [](Worker&) { return Value::string(config::kWeftVersion); }},
    {"invocation_id", [](Worker& w) { return Value::string(w.shared().invocation_id); }},
    {"run_started_at",
     [](Worker& w) { return Value::date_time(utc_date_time(w.shared().run_started_at)); }},
    {"thread_id", [](Worker& w) { return Value::string(w.thread_name); }, true},
    {"flags", flags_value},
    {"target", target_value},
    {"env", target_value},
    {"project_name", [](Worker& w) { return Value::string(w.shared().root.name); }},
    {"builtins", [](Worker& w) { return Value::object(new BuiltinsObject(w)); }},
    {"context", [](Worker& w) { return Value::object(new ContextObject(w)); }},
    {"execute", [](Worker& w) { return Value::boolean(!w.is_parsing()); }},
    {"otel_trace_id",
     [](Worker&) {
       return jinja::make_function("otel_trace_id", [](Interpreter&, const Arguments&, void*) {
         return Value::string(std::string(32, '0'));
       });
     }},
    {"otel_span_id",
     [](Worker&) {
       return jinja::make_function("otel_span_id", [](Interpreter&, const Arguments&, void*) {
         return Value::string(std::string(16, '0'));
       });
     }},
};

}  // namespace

std::span<const Member> base_members() { return kMembers; }

}  // namespace weft::context
