#include "run/version_pointer.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::run {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;
using jinja::Value;
using manifest::Node;

/// The setting; null when there is none. A bare bool stands for `enabled`.
const Data* setting(const NodeRun& run) {
  return run.manifest().config_of(run.node()).find("latest_version_pointer");
}

bool is_wanted(const NodeRun& run) {
  const Node& node = run.node();
  if (node.model == nullptr || node.model->version.is_null() ||
      python_str(node.model->version) != python_str(node.model->latest_version) ||
      node.is_ephemeral_model(run.manifest().config_of(node)))
    return false;
  const Data* given = setting(run);
  const Data* enabled = given != nullptr && given->is_map() ? given->get("enabled") : given;
  return enabled != nullptr && !enabled->is_null()
             ? enabled->truthy()
             : run.context.shared.flags.get_bool("latest_version_pointer_enabled_by_default");
}

/// What generate_latest_version_pointer_alias of the project says.
diag::Result<std::string> pointer_name(NodeRun& run, const Value& model) {
  const Data* given = setting(run);
  const Data* alias = given != nullptr && given->is_map() ? given->get("alias") : nullptr;
  Value custom = alias != nullptr && alias->truthy() ? Value::string(base::trim(python_str(*alias)))
                                                     : Value::none();
  const context::Shared& shared = run.context.shared;
  const context::CallableMacro* macro =
      shared.macros.find(shared.root.name, "generate_latest_version_pointer_alias");
  if (macro == nullptr)
    return run.node().name;
  context::NodeScope scope;
  run.context.compiler.prepare_scope(run.id, scope);
  Value arguments[] = {custom, model};
  diag::Result<Value> name = run.lane.worker->call_macro(*macro, arguments, {}, scope);
  if (!name)
    return name.error();
  return std::string(base::trim(name->str()));
}

diag::Diagnostic same_name(const Node& node, const std::string& pointer) {
  diag::Diagnostic error;
  error.code = diag::Code::AmbiguousRelation;
  error.message = fmt::format(
      "the latest version of `{}` is called `{}` already, as its pointer "
      "would be",
      node.name, pointer);
  error.span = node.patch_span;
  error.hint = "set `latest_version_pointer: {enabled: false}`, or another alias";
  error.legacy_text = fmt::format(
      "Runtime Error in model {} ({})\n  Cannot create latest version pointer: the latest version "
      "of '{}' is already aliased to '{}'. Set `latest_version_pointer: enabled: false` or remove "
      "the conflicting alias.",
      node.name, node.original_file_path, node.name, pointer);
  return error;
}

}  // namespace

diag::Status publish_version_pointer(NodeRun& run) {
  if (!is_wanted(run))
    return diag::Done{};
  const Node& node = run.node();
  Value model = Value::from_data(manifest::node_data(run.manifest(), run.id));
  diag::Result<std::string> pointer = pointer_name(run, model);
  if (!pointer)
    return pointer.error();
  if (*pointer == node.alias)
    return same_name(node, *pointer);
  context::NodeScope scope;
  run.context.compiler.prepare_scope(run.id, scope);
  Value sql = Value::string("select * from " + scope.relation->render_name());
  scope.relation->identifier = *pointer;
  DataMap config = *scope.config;
  config.set("pre-hook", Data(DataList{}));
  config.set("post-hook", Data(DataList{}));
  config.set("persist_docs", Data(DataMap{}));
  config.set("contract", Data(DataMap{{"enforced", Data(false)}}));
  scope.config = &config;
  model.set_item("alias", Value::string(*pointer));
  model.set_item("unique_id", Value::string(node.unique_id + "__latest_version_pointer"));
  for (const char* name : {"raw_code", "compiled_code", "compiled_sql"})
    model.set_item(name, sql);
  model.set_item("config", Value::from_data(Data(config)));
  for (const char* name : {"sql", "compiled_code"})
    scope.extras.emplace_back(name, sql);
  scope.extras.emplace_back("model", model);
  return materialize_as(run, "view", scope);
}

}  // namespace weft::run
