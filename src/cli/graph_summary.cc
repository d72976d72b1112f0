#include "cli/graph_summary.h"

#include <fmt/format.h>

#include "base/json.h"

namespace weft::cli {
namespace {

using manifest::NodeId;

std::string node_json(const Session& session, const std::vector<size_t>& numbers, NodeId id) {
  const manifest::Node& node = session.parsed->manifest.node(id);
  std::string text = "{\"name\": ";
  base::append_json_string(text, node.unique_id);
  text += fmt::format(", \"type\": \"{}\"", resource_type_name(node.type));
  std::string successors;
  for (NodeId child : session.graph->children(id))
    successors += fmt::format("{}{}", successors.empty() ? "" : ", ", numbers[child.index()]);
  if (!successors.empty())
    text += ", \"succ\": [" + successors + "]";
  return text + "}";
}

}  // namespace

bool write_graph_summary(Session& session) {
  const manifest::Manifest& manifest = session.parsed->manifest;
  std::vector<size_t> numbers(manifest.nodes.size());
  size_t count = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (!manifest.is_disabled(NodeId(i)))
      numbers[i] = count++;
  }
  std::string text = "{\"_invocation_id\": ";
  base::append_json_string(text, session.invocation_id);
  text += ", \"linked\": {";
  for (size_t i = 0; i < numbers.size(); ++i) {
    NodeId id(i);
    if (manifest.is_disabled(id))
      continue;
    text += fmt::format("{}\"{}\": {}", text.back() == '{' ? "" : ", ", numbers[i],
                        node_json(session, numbers, id));
  }
  return session.write_artifact("graph_summary.json", text + "}}");
}

}  // namespace weft::cli
