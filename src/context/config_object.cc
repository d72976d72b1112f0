// config: what a node's text sets while it is parsed, and reads when it runs.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/config_merge.h"
#include "context/worker.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

class ConfigObject final : public jinja::Object {
 public:
  explicit ConfigObject(Worker& worker) : worker_(worker) {}
  std::string_view type_name() const override { return "RuntimeConfigObject"; }
  std::string_view module_name() const override { return "dbt.context.providers"; }
  bool is_callable() const override { return true; }

  /// config(key=value, …) or config({…}).
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    Capture* capture = worker_.scope().capture;
    if (capture == nullptr)
      return Value::string("");
    if (arguments.positional.size() > 1 ||
        (arguments.positional.size() == 1 && !arguments.named.empty()))
      raise_invalid(interpreter, "`config` takes either one dict or keywords");
    base::DataMap given;
    if (!arguments.positional.empty()) {
      if (!arguments.positional[0].is_dict())
        raise_invalid(interpreter, "`config` takes a dict or keywords");
      given = arguments.positional[0].to_data().as_map();
    }
    reject_both_spellings(interpreter, given, arguments);
    for (const jinja::NamedValue& named : arguments.named) {
      if (named.value.is_undefined()) {
        raise_invalid(interpreter,
                      fmt::format("`config` gets an undefined value for `{}`", named.name));
      }
      given.set(config_key(named.name), named.value.to_data());
    }
    merge_raw_config(capture->raw_config, given);
    merge_call(capture->config, given);
    return Value::string("");
  }

  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name == "get")
      return get(interpreter, arguments, false);
    if (name == "require")
      return get(interpreter, arguments, true);
    if (name == "meta_get")
      return meta_get(interpreter, arguments, false);
    if (name == "meta_require")
      return meta_get(interpreter, arguments, true);
    if (name == "set")
      return set(interpreter, arguments);
    if (name == "persist_relation_docs")
      return persist_docs("relation");
    if (name == "persist_column_docs")
      return persist_docs("columns");
    return std::nullopt;
  }

  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override {
    if (std::optional<Value> value = derived(name))
      return value;
    const base::Data* value = find(name);
    if (value == nullptr && name == "model")
      return worker_.lookup(interpreter, name);
    return value == nullptr ? std::nullopt : std::optional(Value::from_data(*value));
  }
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override {
    return key.is_string() ? attribute(interpreter, key.as_string()) : std::nullopt;
  }

 private:
  [[noreturn]] static void raise_invalid(Interpreter& interpreter, std::string message) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::ArgumentInvalid;
    diagnostic.legacy_text = "Compilation Error\n  Invalid inline model config";
    diagnostic.message = std::move(message);
    interpreter.raise(std::move(diagnostic));
  }

  /// `pre_hook` and `pre-hook` mean the same; given both, one would be lost.
  void reject_both_spellings(Interpreter& interpreter, const base::DataMap& given,
                             const Arguments& arguments) const {
    auto has = [&](std::string_view key) {
      bool named = std::any_of(arguments.named.begin(), arguments.named.end(),
                               [&](const jinja::NamedValue& one) { return one.name == key; });
      return named || given.contains(key);
    };
    for (auto [underscored, dashed] :
         {std::pair{"pre_hook", "pre-hook"}, std::pair{"post_hook", "post-hook"}}) {
      if (!has(underscored) || !has(dashed))
        continue;
      diag::Diagnostic diagnostic;
      diagnostic.code = diag::Code::ArgumentInvalid;
      diagnostic.message =
          fmt::format("`config` gets both `{}` and `{}`, which mean the same", underscored, dashed);
      diagnostic.hint = "keep one of them; its value may be a list";
      diagnostic.legacy_text =
          fmt::format("Compilation Error\n  Invalid config, has conflicting keys \"{}\" and \"{}\"",
                      underscored, dashed);
      interpreter.raise(std::move(diagnostic));
    }
  }

  /// Settings that follow from others: the names of the columns that a snapshot adds.
  std::optional<Value> derived(std::string_view name) const {
    const NodeScope& scope = worker_.scope();
    if (name != "snapshot_table_column_names" || scope.config == nullptr || scope.node == nullptr ||
        scope.node->type != manifest::ResourceType::Snapshot)
      return std::nullopt;
    const base::Data* given = scope.config->find("snapshot_meta_column_names");
    Value made = Value::dict();
    for (const char* key :
         {"dbt_valid_from", "dbt_valid_to", "dbt_scd_id", "dbt_updated_at", "dbt_is_deleted"}) {
      const base::Data* own = given == nullptr ? nullptr : given->get(key);
      bool is_set = own != nullptr && own->truthy();
      made.set_item(key, Value::string(is_set ? python_str(*own) : key));
    }
    return made;
  }

  const base::Data* find(std::string_view name) const {
    const NodeScope& scope = worker_.scope();
    if (scope.config == nullptr)
      return nullptr;
    return scope.config->find(config_key(name));
  }

  Value get(Interpreter& interpreter, const Arguments& arguments, bool required) {
    ArgumentReader reader(interpreter, required ? "require" : "get", arguments,
                          {"name", "default", "validator"});
    std::string name = reader.text(0);
    if (worker_.scope().capture != nullptr)
      return Value::string("");
    if (std::optional<Value> value = derived(name))
      return *value;
    const base::Data* value = find(name);
    const Value* fallback = required ? nullptr : reader.find(1);
    if (value == nullptr && required) {
      diag::Diagnostic diagnostic;
      diagnostic.code = diag::Code::ConfigMissing;
      std::string owner = worker_.scope().node == nullptr ? "" : worker_.scope().node->unique_id;
      diagnostic.message = fmt::format("`{}` needs the configuration `{}`", owner, name);
      diagnostic.legacy_text = fmt::format(
          "Compilation Error\n  Model '{}' does not define a required config parameter '{}'.",
          owner, name);
      interpreter.raise(std::move(diagnostic));
    }
    Value made = value == nullptr ? (fallback == nullptr ? Value::none() : *fallback)
                                  : Value::from_data(*value);
    // A null that is only a declared key's default gives way to the caller's default.
    if (value != nullptr && value->is_null() && fallback != nullptr)
      made = *fallback;
    const Value* validator = required ? reader.find(1) : reader.find(2);
    if (validator != nullptr && !validator->is_none())
      interpreter.invoke(*validator, Arguments{std::span(&made, 1), {}});
    return made;
  }

  Value meta_get(Interpreter& interpreter, const Arguments& arguments, bool required) {
    ArgumentReader reader(interpreter, required ? "meta_require" : "meta_get", arguments,
                          {"name", "default", "validator"});
    if (worker_.scope().capture != nullptr)
      return Value::string("");
    std::string name = reader.text(0);
    const base::Data* meta = find("meta");
    const base::Data* value = meta == nullptr ? nullptr : meta->get(name);
    if (value != nullptr)
      return Value::from_data(*value);
    if (required) {
      diag::Diagnostic diagnostic;
      diagnostic.code = diag::Code::ConfigMissing;
      diagnostic.message = fmt::format("the configuration has no `meta` key `{}`", name);
      interpreter.raise(std::move(diagnostic));
    }
    return reader.find(1) == nullptr ? Value::none() : *reader.find(1);
  }

  Value set(Interpreter& interpreter, const Arguments& arguments) {
    ArgumentReader reader(interpreter, "set", arguments, {"name", "value"});
    if (Capture* capture = worker_.scope().capture) {
      base::DataMap given;
      given.set(config_key(reader.text(0)), reader.require(1).to_data());
      merge_raw_config(capture->raw_config, given);
      merge_call(capture->config, given);
    }
    return Value::string("");
  }

  Value persist_docs(std::string_view part) {
    const base::Data* docs = find("persist_docs");
    const base::Data* wanted = docs == nullptr ? nullptr : docs->get(part);
    return Value::boolean(wanted != nullptr && wanted->truthy());
  }

  Worker& worker_;
};

Value graph_hooks(Worker& worker, std::string_view key) {
  const NodeScope& scope = worker.scope();
  const base::Data* hooks = scope.config == nullptr ? nullptr : scope.config->find(key);
  return hooks == nullptr ? Value::list() : Value::from_data(*hooks);
}

constexpr Member kMembers[] = {
    {"config", [](Worker& w) { return Value::object(new ConfigObject(w)); }},
    {"pre_hooks", [](Worker& w) { return graph_hooks(w, "pre-hook"); }, true},
    {"post_hooks", [](Worker& w) { return graph_hooks(w, "post-hook"); }, true},
};

}  // namespace

std::span<const Member> config_members() { return kMembers; }

}  // namespace weft::context
