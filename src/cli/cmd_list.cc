// parse, and ls in its four outputs.
#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "cli/commands.h"

namespace weft::cli {
namespace {

using manifest::Node;
using manifest::ResourceType;

std::string search_name(const Node& node) {
  if (node.source != nullptr)
    return node.source->source_name + "." + node.name;
  if (node.model != nullptr && !node.model->version.is_null())
    return fmt::format("{}.v{}", node.name, python_str(node.model->version));
  return node.name;
}

std::string selector_text(const Node& node) {
  switch (node.type) {
    case ResourceType::Source:
      return fmt::format("source:{}.{}.{}", node.package_name, node.source->source_name, node.name);
    case ResourceType::Exposure:
    case ResourceType::Metric:
    case ResourceType::SavedQuery:
    case ResourceType::SemanticModel:
    case ResourceType::UnitTest:
      return fmt::format("{}:{}.{}", resource_type_name(node.type), node.package_name, node.name);
    default:
      return base::join(node.fqn, ".");
  }
}

/// The value at a dotted path of keys.
const base::Data* at_path(const base::Data& data, std::string_view path) {
  const base::Data* value = &data;
  for (std::string_view part : base::split(path, '.')) {
    if (value == nullptr)
      return nullptr;
    value = value->get(part);
  }
  return value;
}

std::string json_line(const Session& session, manifest::NodeId id,
                      const std::vector<std::string>& keys) {
  base::Data data = manifest::node_data(session.parsed->manifest, id);
  base::DataMap made;
  // In the node's own order of keys, dotted ones behind.
  for (const auto& [key, value] : data.as_map()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end())
      made.set(key, value);
  }
  const Node& node = session.parsed->manifest.node(id);
  if (node.model != nullptr &&
      std::find(keys.begin(), keys.end(), "direct_parents") != keys.end()) {
    base::DataList parents;
    for (manifest::NodeId parent : node.depends_on)
      parents.emplace_back(session.parsed->manifest.node(parent).unique_id);
    made.set("direct_parents", base::Data(std::move(parents)));
  }
  for (const std::string& key : keys) {
    const base::Data* value = key.find('.') == std::string::npos ? nullptr : at_path(data, key);
    if (value != nullptr)
      made.set(key, *value);
  }
  return base::to_json(base::Data(std::move(made)), true);
}

std::vector<ResourceType> listed_kinds() {
  return {ResourceType::Model,      ResourceType::Seed,     ResourceType::Snapshot,
          ResourceType::Test,       ResourceType::Analysis, ResourceType::Source,
          ResourceType::Exposure,   ResourceType::Metric,   ResourceType::SemanticModel,
          ResourceType::SavedQuery, ResourceType::UnitTest, ResourceType::Function};
}

}  // namespace

int cmd_parse(Session& session) {
  return session.load_project() && session.load_profile() && session.parse() ? kSuccess
                                                                             : kUnhandled;
}

int cmd_list(Session& session) {
  if (!session.load_project() || !session.load_profile() || !session.parse())
    return kUnhandled;
  std::optional<graph::NodeSet> selected = session.select(listed_kinds(), false);
  if (!selected)
    return kUnhandled;
  std::string output = session.flags.get_string("output");
  std::vector<std::string> keys = session.flags.get_list("output_keys");
  if (keys.empty()) {
    keys = {"alias",    "name",   "package_name",  "depends_on",  "direct_parents",
            "tags",     "config", "resource_type", "source_name", "original_file_path",
            "unique_id"};
  }
  std::vector<std::string> lines;
  std::vector<manifest::NodeId> ids = selected->members();
  const manifest::Manifest& manifest = session.parsed->manifest;
  std::sort(ids.begin(), ids.end(), [&](manifest::NodeId a, manifest::NodeId b) {
    return manifest.node(a).unique_id < manifest.node(b).unique_id;
  });
  for (manifest::NodeId id : ids) {
    const Node& node = session.parsed->manifest.node(id);
    if (output == "json")
      lines.push_back(json_line(session, id, keys));
    else if (output == "name")
      lines.push_back(search_name(node));
    else if (output == "path")
      lines.push_back(node.original_file_path);
    else
      lines.push_back(selector_text(node));
  }
  for (std::string& text : lines) {
    base::DataMap data;
    data.set("msg", base::Data(text));
    session.log.write({"ListCmdOut", "Z049", Level::Info, std::move(text), std::move(data), true});
  }
  return kSuccess;
}

}  // namespace weft::cli
