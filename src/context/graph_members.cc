// graph, selected_resources and what a macro may know of the command.
#include "base/strings.h"
#include "config/variables.h"
#include "context/worker.h"
#include "jinja/host_memory.h"
#include "manifest/artifacts.h"

namespace weft::context {
namespace {

using jinja::Value;
using manifest::ResourceType;

std::string_view graph_key(ResourceType type) {
  switch (type) {
    case ResourceType::Source:
      return "sources";
    case ResourceType::Exposure:
      return "exposures";
    case ResourceType::Metric:
      return "metrics";
    case ResourceType::SemanticModel:
      return "semantic_models";
    case ResourceType::SavedQuery:
      return "saved_queries";
    case ResourceType::UnitTest:
      return "unit_tests";
    case ResourceType::Function:
      return "functions";
    default:
      return "nodes";
  }
}

/// Every enabled node as a dict. Made once a worker and only when a template asks for it.
Value graph_value(Worker& worker) {
  jinja::HostMemory uncounted;
  Value made = Value::dict();
  for (const char* key : {"exposures", "functions", "groups", "metrics", "nodes", "saved_queries",
                          "semantic_models", "sources", "unit_tests"})
    made.set_item(key, Value::dict());
  if (worker.is_parsing())
    return made;
  const manifest::Manifest& manifest = worker.shared().manifest;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    manifest::NodeId id(i);
    if (manifest.is_disabled(id))
      continue;
    const manifest::Node& node = manifest.nodes[i];
    Value section = *made.find(graph_key(node.type));
    section.set_item(node.unique_id, Value::from_data(manifest::node_data(manifest, id)));
  }
  Value groups = *made.find("groups");
  for (const manifest::Group& group : manifest.groups) {
    Value one = Value::dict();
    one.set_item("name", Value::string(group.name));
    one.set_item("resource_type", Value::string("group"));
    one.set_item("package_name", Value::string(group.package_name));
    one.set_item("unique_id", Value::string(group.unique_id));
    one.set_item("owner", Value::from_data(base::Data(group.owner)));
    groups.set_item(group.unique_id, one);
  }
  return made;
}

Value selected_resources(Worker& worker) {
  std::vector<Value> ids;
  if (!worker.is_parsing()) {
    for (const std::string& id : worker.shared().selected_resources)
      ids.push_back(Value::string(id));
  }
  return Value::list(std::move(ids));
}

Value invocation_args(Worker& worker) {
  base::DataMap args = worker.shared().invocation_args;
  if (args.empty()) {
    args = worker.shared().flags.all();
    args.set("which", base::Data(worker.shared().which));
  }
  return Value::from_data(base::Data(std::move(args)));
}

/// DBT_ENV_CUSTOM_ENV_X as X, as the artifacts' metadata has them.
Value metadata_envs(Worker& worker) {
  return Value::from_data(base::Data(config::custom_variables(worker.shared().env)));
}

Value macro_stack(Worker& worker) {
  std::vector<Value> names;
  for (const std::string& name : worker.interpreter().macro_stack())
    names.push_back(Value::string("macro." + name));
  return Value::list(std::move(names));
}

constexpr Member kMembers[] = {
    {"graph", graph_value},
    {"selected_resources", selected_resources},
    {"invocation_args_dict", invocation_args},
    {"dbt_metadata_envs", metadata_envs},
    {"context_macro_stack", macro_stack, true},
};

}  // namespace

std::span<const Member> graph_members() { return kMembers; }

}  // namespace weft::context
