#include "context/runtime_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "context/worker.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

Value texts(const std::vector<std::string>& all) {
  std::vector<Value> made;
  for (const std::string& one : all)
    made.push_back(Value::string(one));
  return Value::list(std::move(made));
}

Value from_map(const base::DataMap& map) { return Value::from_data(base::Data(map)); }

template <typename T, size_t kSize>
const T* named(const std::pair<std::string_view, const T*> (&all)[kSize], std::string_view name) {
  auto found = std::find_if(std::begin(all), std::end(all),
                            [&](const auto& one) { return one.first == name; });
  return found == std::end(all) ? nullptr : found->second;
}

/// `config.vars`: what dbt_project.yml says under `vars`.
class VarsObject final : public jinja::Object {
 public:
  explicit VarsObject(const base::DataMap& vars) : vars_(vars) {}
  std::string_view type_name() const override { return "VarProvider"; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    return name == "vars" ? std::optional(from_map(vars_)) : std::nullopt;
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name == "to_dict")
      return from_map(vars_);
    return Object::call_method(interpreter, name, arguments);
  }
  bool truthy() const override { return true; }
  base::Data to_data() const override { return base::Data(vars_); }

 private:
  const base::DataMap& vars_;
};

/// The configuration of the root project or of a package.
class RuntimeConfigObject final : public jinja::Object {
 public:
  RuntimeConfigObject(Worker& worker, const config::Project& project)
      : worker_(worker), project_(project) {}
  std::string_view type_name() const override { return "RuntimeConfig"; }
  std::string repr() const override { return fmt::format("<RuntimeConfig {}>", project_.name); }

  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (std::optional<Value> value = of_project(name))
      return value;
    if (std::optional<Value> value = of_paths(name))
      return value;
    if (std::optional<Value> value = of_tree(name))
      return value;
    return of_command(name);
  }

 private:
  std::optional<Value> of_project(std::string_view name) const {
    if (name == "project_name")
      return Value::string(project_.name);
    if (name == "version")
      return project_.version.empty() ? Value::none() : Value::string(project_.version);
    if (name == "project_root")
      return Value::string(project_.root);
    if (name == "vars")
      return Value::object(new VarsObject(project_.vars));
    if (name == "on_run_start")
      return texts(project_.on_run_start);
    if (name == "on_run_end")
      return texts(project_.on_run_end);
    if (name == "restrict_access")
      return Value::boolean(project_.restrict_access);
    return std::nullopt;
  }

  std::optional<Value> of_paths(std::string_view name) const {
    const std::pair<std::string_view, const std::vector<std::string>*> lists[] = {
        {"model_paths", &project_.model_paths},       {"macro_paths", &project_.macro_paths},
        {"seed_paths", &project_.seed_paths},         {"test_paths", &project_.test_paths},
        {"analysis_paths", &project_.analysis_paths}, {"docs_paths", &project_.docs_paths},
        {"asset_paths", &project_.asset_paths},       {"snapshot_paths", &project_.snapshot_paths},
        {"function_paths", &project_.function_paths}, {"clean_targets", &project_.clean_targets}};
    if (const auto* list = named(lists, name))
      return texts(*list);
    if (name == "target_path")
      return Value::string(project_.target_path);
    if (name == "log_path")
      return Value::string(project_.log_path);
    if (name == "packages_install_path")
      return Value::string(project_.packages_install_path);
    return std::nullopt;
  }

  std::optional<Value> of_tree(std::string_view name) const {
    const config::ConfigTrees& trees = project_.trees;
    const std::pair<std::string_view, const base::DataMap*> maps[] = {
        {"models", &trees.models},
        {"seeds", &trees.seeds},
        {"snapshots", &trees.snapshots},
        {"analyses", &trees.analyses},
        {"sources", &trees.sources},
        {"data_tests", &trees.data_tests},
        {"unit_tests", &trees.unit_tests},
        {"functions", &trees.functions},
        {"metrics", &trees.metrics},
        {"semantic_models", &trees.semantic_models},
        {"saved_queries", &trees.saved_queries},
        {"exposures", &trees.exposures},
        {"flags", &project_.flags}};
    const base::DataMap* map = named(maps, name);
    return map == nullptr ? std::nullopt : std::optional(from_map(*map));
  }

  /// What is the same for all projects of the command.
  std::optional<Value> of_command(std::string_view name) const {
    const config::Profile& profile = worker_.shared().profile;
    if (name == "profile_name")
      return Value::string(profile.name);
    if (name == "target_name")
      return Value::string(profile.target_name);
    if (name == "threads")
      return Value::integer(profile.threads);
    if (name == "credentials")
      return worker_.member("target");
    if (name == "args")
      return worker_.member("invocation_args_dict");
    if (name == "cli_vars")
      return from_map(worker_.shared().vars.command_line());
    if (name == "dependencies")
      return dependencies();
    return std::nullopt;
  }

  Value dependencies() const {
    Value made = Value::dict();
    made.set_item(worker_.shared().root.name,
                  Value::object(new RuntimeConfigObject(worker_, worker_.shared().root)));
    for (const config::Project& package : worker_.shared().packages)
      made.set_item(package.name, Value::object(new RuntimeConfigObject(worker_, package)));
    return made;
  }

  Worker& worker_;
  const config::Project& project_;
};

class ConfiguredFunction final : public jinja::Object {
 public:
  ConfiguredFunction(Worker& worker, std::string_view name, jinja::NativeFunction function)
      : worker_(worker), name_(name), function_(function) {}
  std::string_view type_name() const override { return "function"; }
  std::string repr() const override { return fmt::format("<function {}>", name_); }
  bool is_callable() const override { return true; }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    return function_(interpreter, arguments, &worker_);
  }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "config")
      return Value::object(new RuntimeConfigObject(worker_, worker_.shared().root));
    if (name == "current_project")
      return Value::string(worker_.shared().root.name);
    if (name == "model")
      return worker_.member("model");
    return std::nullopt;
  }

 private:
  Worker& worker_;
  std::string_view name_;
  jinja::NativeFunction function_;
};

}  // namespace

Value configured_function(Worker& worker, std::string_view name, jinja::NativeFunction function) {
  return Value::object(new ConfiguredFunction(worker, name, function));
}

}  // namespace weft::context
