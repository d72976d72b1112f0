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
      return fmt::format("{}:{}.{}", resource_type_name(node.type), node.package_name, node.name);
    case ResourceType::UnitTest:
      return fmt::format(
          "unit_test:{}.{}{}", node.package_name, node.name,
          node.unit_test->version.is_null() ? "" : "_v" + python_str(node.unit_test->version));
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

bool is_usual_key(std::string_view key) {
  constexpr std::string_view kKeys[] = {
      "alias",  "name",          "package_name", "depends_on",         "direct_parents", "tags",
      "config", "resource_type", "source_name",  "original_file_path", "unique_id"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

bool warn_nothing(Session& session) {
  diag::Diagnostic warning;
  warning.code = diag::Code::SelectsNothing;
  warning.message = warning.legacy_text = "No nodes selected!";
  session.sink.report(std::move(warning));
  return session.flush_sink();
}

std::string json_line(const Session& session, manifest::NodeId id,
                      const std::vector<std::string>& keys) {
  base::Data data = manifest::node_data(session.parsed->manifest, id);
  base::DataMap made;
  const Node& node = session.parsed->manifest.node(id);
  if (node.model != nullptr) {
    base::DataList parents;
    for (manifest::NodeId parent : node.depends_on)
      parents.emplace_back(session.parsed->manifest.node(parent).unique_id);
    data.as_map().set("direct_parents", base::Data(std::move(parents)));
  }
  // Asked for: in that order. Not asked: the usual ones, in the node's own.
  for (const std::string& key : keys) {
    bool is_path = key.find('.') != std::string::npos;
    const base::Data* value = is_path ? at_path(data, key) : data.get(key);
    if (value != nullptr && !(is_path && value->is_null()))
      made.set(key, *value);
  }
  for (const auto& [key, value] : data.as_map()) {
    if (keys.empty() && is_usual_key(key))
      made.set(key, value);
  }
  return base::to_json(base::Data(std::move(made)), true);
}

/// Analyses are listed when all kinds are asked for, or they themselves.
std::vector<ResourceType> listed_kinds(const Session& session) {
  if (!session.flags.get_list("models").empty())
    return {ResourceType::Model};
  std::vector<ResourceType> kinds = {
      ResourceType::Model,    ResourceType::Seed,          ResourceType::Snapshot,
      ResourceType::Test,     ResourceType::Source,        ResourceType::Exposure,
      ResourceType::Metric,   ResourceType::SemanticModel, ResourceType::SavedQuery,
      ResourceType::UnitTest, ResourceType::Function};
  std::vector<std::string> wanted = session.flags.get_list("resource_types");
  if (std::find(wanted.begin(), wanted.end(), "all") != wanted.end())
    kinds.push_back(ResourceType::Analysis);
  return kinds;
}

/// `--models` limits the kind and excludes what else would.
bool check_models(Session& session) {
  if (session.flags.get_list("models").empty())
    return true;
  for (auto [flag, shown] :
       {std::pair{"select", "select"}, std::pair{"resource_types", "resource_type"}}) {
    if (session.flags.get_list(flag).empty())
      continue;
    diag::Diagnostic error;
    error.code = diag::Code::Usage;
    error.message = fmt::format("`--models` stands beside `--{}`", shown);
    error.hint = "use --select with --resource-type model";
    error.legacy_text = fmt::format(
        "Runtime Error\n  \"models\" and \"{}\" are mutually exclusive arguments", shown);
    session.console.fatal(error);
    return false;
  }
  return true;
}

}  // namespace

int cmd_parse(Session& session) {
  return session.load_project() && session.load_profile() && session.parse() ? kSuccess
                                                                             : kUnhandled;
}

int cmd_list(Session& session) {
  if (!session.load_project() || !check_models(session) || !session.load_profile() ||
      !session.parse())
    return kUnhandled;
  std::optional<graph::NodeSet> selected = session.select(listed_kinds(session), false);
  if (!selected)
    return kUnhandled;
  if (selected->empty() && !warn_nothing(session))
    return kUnhandled;
  std::string output = session.flags.get_string("output");
  std::vector<std::string> keys = session.flags.get_list("output_keys");
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
  session.log.print(lines);
  return kSuccess;
}

}  // namespace weft::cli
