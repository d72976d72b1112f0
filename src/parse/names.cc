#include "parse/names.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "context/relations.h"

namespace weft::parse {
namespace {

using base::Data;
using jinja::Value;

std::string custom_text(const base::DataMap& config, std::string_view key) {
  const Data* value = config.find(key);
  return value == nullptr || value->is_null() ? "" : python_str(*value);
}

bool has_custom(const base::DataMap& config, std::string_view key) {
  const Data* value = config.find(key);
  return value != nullptr && !value->is_null();
}

/// True when neither the macro nor its implementation is replaced for nodes of this package.
bool is_default(const State& state, const std::string& package, const std::string& macro) {
  const context::MacroTable& macros = *state.result->macros;
  if (!macros.is_builtin(package, macro))
    return false;
  std::vector<std::string> tried;
  const context::CallableMacro* found = macros.dispatch(package, macro, "dbt", &tried);
  return found == nullptr || found == macros.find_in("dbt", "default__" + macro) ||
         found == macros.find_in("dbt", "postgres__" + macro);
}

/// Calls `macro`(custom, node); nothing when it gives none. Errors are reported.
std::optional<std::string> call(State& state, context::Worker& worker, const Node& node,
                                const std::string& macro, const base::DataMap& config,
                                std::string_view key) {
  const context::CallableMacro* found = state.result->macros->find(node.package_name, macro);
  if (found == nullptr)
    return std::nullopt;
  context::NodeScope scope;
  scope.package_name = node.package_name;
  scope.node = &node;
  scope.config = &config;
  Value custom = has_custom(config, key) ? Value::string(custom_text(config, key)) : Value::none();
  scope.relation = context::relation_of(node, config, state.input.root.quoting);
  Value positional[] = {custom, worker.model_of(scope, config)};
  diag::Result<Value> result = worker.call_macro(*found, positional, {}, scope);
  if (!result) {
    state.report(result.error());
    return std::nullopt;
  }
  if (result->is_none() || result->is_undefined())
    return std::nullopt;
  return std::string(base::trim(result->str()));
}

std::string default_alias(const Node& node, const base::DataMap& config) {
  if (has_custom(config, "alias"))
    return std::string(base::trim(custom_text(config, "alias")));
  if (node.model != nullptr && !node.model->version.is_null()) {
    return fmt::format("{}_v{}", node.name,
                       base::replace_all(python_str(node.model->version), ".", "_"));
  }
  return node.name;
}

/// `stores_failures`: --store-failures, for tests that do not say.
bool has_relation(const Node& node, const base::DataMap& config, bool stores_failures) {
  switch (node.type) {
    case ResourceType::Model:
      return config.find("materialized") == nullptr ||
             config.find("materialized")->string_or("") != "ephemeral";
    case ResourceType::Seed:
    case ResourceType::Snapshot:
    case ResourceType::Function:
      return true;
    case ResourceType::Test: {
      const Data* store = config.find("store_failures");
      return stores_failures || (store != nullptr && store->bool_or(false));
    }
    default:
      return false;
  }
}

}  // namespace

void find_default_names(State& state) {
  for (const config::Project* project : state.projects) {
    const std::string& package = project->name;
    state.default_names[package] = {is_default(state, package, "generate_database_name"),
                                    is_default(state, package, "generate_schema_name"),
                                    is_default(state, package, "generate_alias_name")};
  }
}

void set_relation_names(State& state, context::Worker& worker, Node& node,
                        const base::DataMap& config) {
  const config::Credentials& credentials = state.input.profile.credentials;
  const std::string& package = node.package_name;
  node.database = credentials.database;
  node.schema = credentials.schema;
  node.alias = node.name;
  const DefaultNames& defaults = state.default_names.at(package);
  if (defaults.database) {
    if (has_custom(config, "database"))
      node.database = std::string(base::trim(custom_text(config, "database")));
  } else if (auto name = call(state, worker, node, "generate_database_name", config, "database")) {
    node.database = *name;
  }
  if (defaults.schema) {
    if (has_custom(config, "schema"))
      node.schema += "_" + std::string(base::trim(custom_text(config, "schema")));
  } else if (auto name = call(state, worker, node, "generate_schema_name", config, "schema")) {
    node.schema = *name;
  }
  if (defaults.alias)
    node.alias = default_alias(node, config);
  else if (auto name = call(state, worker, node, "generate_alias_name", config, "alias"))
    node.alias = *name;
  if (node.type == ResourceType::Snapshot) {
    if (has_custom(config, "target_schema"))
      node.schema = custom_text(config, "target_schema");
    if (has_custom(config, "target_database"))
      node.database = custom_text(config, "target_database");
  }
  if (has_relation(node, config, state.input.flags.get_bool("store_failures"))) {
    node.relation_name = context::relation_of(node, config, state.input.root.quoting).render_name();
  } else {
    node.relation_name.reset();
  }
}

}  // namespace weft::parse
