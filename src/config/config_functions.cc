#include "config/config_functions.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/strings.h"
#include "config/config_render.h"
#include "config/variables.h"
#include "yaml/document.h"

namespace weft::config {
namespace {

using base::Data;
using diag::Code;
using diag::Diagnostic;
using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

constexpr std::string_view kSecretStart = "$$$DBT_SECRET_START$$$";
constexpr std::string_view kSecretEnd = "$$$DBT_SECRET_END$$$";

/// The argument as text; a call without it, or with another type, ends the render.
std::string text_argument(Interpreter& interpreter, const Arguments& arguments,
                          std::string_view function, std::string_view parameter) {
  const Value* value = arguments.find(0, parameter);
  if (!value)
    interpreter.raise("TypeError", fmt::format("{}() missing 1 required positional argument: '{}'",
                                               function, parameter));
  return value->str();
}

Value or_none(const Value* value) { return value ? *value : Value::none(); }

Value from_json(Interpreter& interpreter, const Arguments& arguments, void*) {
  std::string text = text_argument(interpreter, arguments, "fromjson", "string");
  auto parsed = base::parse_json(text);
  if (const Data* data = std::get_if<Data>(&parsed))
    return Value::from_data(*data);
  return or_none(arguments.find(1, "default"));
}

Value to_json(Interpreter&, const Arguments& arguments, void*) {
  const Value* value = arguments.find(0, "value");
  return Value::string(base::to_json(value ? value->to_data() : Data(), true));
}

Value from_yaml(Interpreter& interpreter, const Arguments& arguments, void* self) {
  std::string text = text_argument(interpreter, arguments, "fromyaml", "value");
  auto& sources = static_cast<ConfigNames*>(self)->sources();
  auto parsed = yaml::parse_data(text, "fromyaml", sources);
  return parsed ? Value::from_data(*parsed) : or_none(arguments.find(1, "default"));
}

Value to_yaml(Interpreter&, const Arguments& arguments, void*) {
  const Value* value = arguments.find(0, "value");
  return Value::string(yaml::dump(value ? value->to_data() : Data()));
}

Value local_md5(Interpreter& interpreter, const Arguments& arguments, void*) {
  return Value::string(base::md5_hex(text_argument(interpreter, arguments, "local_md5", "value")));
}

Value print_nothing(Interpreter&, const Arguments&, void*) { return Value::string(""); }

Value call_env_var(Interpreter& interpreter, const Arguments& arguments, void* self) {
  return static_cast<ConfigNames*>(self)->env_var(interpreter, arguments);
}

/// var, which is called and asked for has_var.
class VarObject final : public jinja::Object {
 public:
  explicit VarObject(ConfigNames& names) : names_(names) {}
  std::string_view type_name() const override { return "Var"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    return names_.var(interpreter, arguments);
  }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "has_var")
      return jinja::make_function("has_var", &has_var, &names_);
    return std::nullopt;
  }

 private:
  static Value has_var(Interpreter& interpreter, const Arguments& arguments, void* self) {
    std::string name = text_argument(interpreter, arguments, "has_var", "var_name");
    return Value::boolean(static_cast<ConfigNames*>(self)->find_var(name) != nullptr);
  }

  ConfigNames& names_;
};

struct PlainFunction {
  std::string_view name;
  jinja::NativeFunction function;
};

constexpr PlainFunction kFunctions[] = {
    {"fromjson", from_json},  {"tojson", to_json},       {"fromyaml", from_yaml},
    {"toyaml", to_yaml},      {"local_md5", local_md5},  {"log", print_nothing},
    {"print", print_nothing}, {"env_var", call_env_var},
};

/// The value that a Python literal stands for; nothing when the text is none.
std::optional<Value> literal(std::string_view text) {
  text = base::trim(text);
  if (text == "True" || text == "False")
    return Value::boolean(text == "True");
  if (text == "None")
    return Value::none();
  if (auto n = base::parse_int(text))
    return Value::integer(*n);
  if (!text.empty() && text.find_first_not_of("+-0123456789.eE_") == std::string_view::npos) {
    if (auto d = base::parse_float(text))
      return Value::floating(*d);
  }
  bool is_nested =
      !text.empty() && (text[0] == '[' || text[0] == '{' || text[0] == '\'' || text[0] == '"');
  if (!is_nested)
    return std::nullopt;
  // YAML's flow style reads Python's lists, dicts and quoted strings.
  diag::Sources scratch;
  auto parsed = yaml::parse_data(text, "literal", scratch);
  return parsed ? std::optional(Value::from_data(*parsed)) : std::nullopt;
}

const Value& filtered(Interpreter& interpreter, const Arguments& arguments) {
  if (arguments.positional.empty())
    interpreter.raise("TypeError", "the filter needs a value");
  return arguments.positional[0];
}

Value as_text(Interpreter& interpreter, const Arguments& arguments, void*) {
  const Value& value = filtered(interpreter, arguments);
  return value.is_none() ? Value::string("") : Value::string(value.str());
}

Value as_native(Interpreter& interpreter, const Arguments& arguments, void*) {
  const Value& value = filtered(interpreter, arguments);
  return value.is_string() ? literal(value.as_string()).value_or(value) : value;
}

Value as_bool(Interpreter& interpreter, const Arguments& arguments, void* self) {
  Value value = as_native(interpreter, arguments, self);
  // Within an expression dbt leaves the text alone; only a whole value must convert.
  return value.is_bool() ? value : filtered(interpreter, arguments);
}

Value as_number(Interpreter& interpreter, const Arguments& arguments, void* self) {
  Value value = as_native(interpreter, arguments, self);
  return value.is_number() && !value.is_bool() ? value : filtered(interpreter, arguments);
}

}  // namespace

std::optional<Value> ConfigNames::lookup(Interpreter& interpreter, std::string_view name) {
  if (name == "var")
    return Value::object(new VarObject(*this));
  if (name == "target" && context_.target)
    return Value::from_data(Data(*context_.target));
  if (name == "dbt_version")
    return Value::string(kDbtVersion);
  if (name == "weft_version")
    return Value::string(kWeftVersion);
  for (const PlainFunction& plain : kFunctions) {
    if (plain.name == name)
      return jinja::make_function(plain.name, plain.function, this);
  }
  return context_.more ? context_.more->lookup(interpreter, name) : std::nullopt;
}

Value ConfigNames::env_var(Interpreter& interpreter, const Arguments& arguments) {
  std::string name = text_argument(interpreter, arguments, "env_var", "var");
  bool is_secret = base::starts_with(name, kSecretPrefix);
  if (is_secret && !context_.secrets_allowed) {
    Diagnostic d;
    d.code = Code::EnvVarSecret;
    d.message = fmt::format(
        "the secret variable `{}` is read outside of profiles.yml and packages.yml", name);
    d.legacy_text = fmt::format(
        "Secret env vars are allowed only in profiles.yml or packages.yml. "
        "Found '{}' referenced elsewhere.",
        name);
    interpreter.raise(std::move(d));
  }
  auto value = context_.env.variable(name);
  if (!is_secret && context_.variables_read)
    context_.variables_read->emplace_back(name, value ? *value : kUnsetVariable);
  if (value && is_secret) {
    if (context_.secrets_read)
      context_.secrets_read->emplace_back(*value);
    return Value::string(fmt::format("{}{}{}", kSecretStart, name, kSecretEnd));
  }
  if (value)
    return Value::string(*value);
  const Value* fallback = arguments.find(1, "default");
  if (fallback && !fallback->is_none())
    return *fallback;
  Diagnostic d;
  d.code = Code::EnvVarMissing;
  d.message = fmt::format("the environment variable `{}` is not set and has no default", name);
  d.legacy_text = fmt::format("Env var required but not provided: '{}'", name);
  std::vector<std::string> known;
  for (const auto& variable : context_.env.variables)
    known.push_back(variable.first);
  if (auto near = base::nearest(name, known))
    d.hint = fmt::format("did you mean `{}`?", *near);
  else
    d.hint = fmt::format("set it, or give a default: env_var('{}', '...')", name);
  interpreter.raise(std::move(d));
}

Value ConfigNames::var(Interpreter& interpreter, const Arguments& arguments) {
  std::string name = text_argument(interpreter, arguments, "var", "var_name");
  if (const Data* value = find_var(name))
    return Value::from_data(*value);
  if (const Value* fallback = arguments.find(1, "default"))
    return *fallback;
  Diagnostic d;
  d.code = Code::VarMissing;
  d.message = fmt::format("the variable `{}` is not set and has no default", name);
  d.legacy_text = fmt::format(
      "Compilation Error\n  Required var '{}' not found in config:\n  Vars supplied to "
      "<Configuration> = {}",
      name, base::to_json(Data(context_.cli_vars)));
  std::vector<std::string> known;
  for (const base::DataEntry& entry : context_.cli_vars)
    known.push_back(entry.key);
  if (auto near = base::nearest(name, known))
    d.hint = fmt::format("did you mean `{}`?", *near);
  else
    d.hint = fmt::format(
        "give it with --vars or vars.yml; `vars:` of dbt_project.yml is not known "
        "here yet");
  interpreter.raise(std::move(d));
}

void ConfigNames::reveal_secrets(Data& value) const {
  if (value.is_list()) {
    for (Data& item : value.as_list())
      reveal_secrets(item);
  } else if (value.is_map()) {
    for (base::DataEntry& entry : value.as_map())
      reveal_secrets(entry.value);
  }
  if (!value.is_string() || value.as_string().find(kSecretStart) == std::string::npos)
    return;
  std::string out;
  std::string_view rest = value.as_string();
  for (;;) {
    size_t start = rest.find(kSecretStart);
    size_t end = start == std::string_view::npos ? start : rest.find(kSecretEnd, start);
    if (end == std::string_view::npos)
      break;
    out += rest.substr(0, start);
    size_t name = start + kSecretStart.size();
    out += context_.env.variable(rest.substr(name, end - name)).value_or("");
    rest.remove_prefix(end + kSecretEnd.size());
  }
  value = Data(out + std::string(rest));
}

std::optional<jinja::Error> unconverted(std::string_view text, const jinja::Value& value) {
  std::string_view rest = base::trim(text);
  if (!base::ends_with(rest, "}}") || !value.is_string())
    return std::nullopt;
  rest = base::trim(rest.substr(0, rest.size() - 2));
  for (auto [filter, type] : {std::pair{"as_bool", "bool"}, std::pair{"as_number", "number"}}) {
    if (!base::ends_with(rest, filter))
      continue;
    jinja::Error error;
    error.type = "CompilationError";
    error.message = fmt::format("Could not convert value '{}' into type '{}'", value.str(), type);
    return error;
  }
  return std::nullopt;
}

void add_config_filters(jinja::Environment& environment) {
  environment.add_filter("as_text", as_text);
  environment.add_filter("as_native", as_native);
  environment.add_filter("as_bool", as_bool);
  environment.add_filter("as_number", as_number);
}

}  // namespace weft::config
