// clone: selected nodes stand for the relations that --state describes.
#include <algorithm>

#include <fmt/format.h>

#include "cli/commands.h"

namespace weft::cli {
namespace {

using manifest::ResourceType;

std::optional<std::string> text_of(const base::Data& node, std::string_view key) {
  const base::Data* value = node.get(key);
  if (value == nullptr || !value->is_string())
    return std::nullopt;
  return value->as_string();
}

adapter::Relation relation_of(const Session& session, const base::Data& node) {
  adapter::Relation relation;
  relation.database = text_of(node, "database");
  relation.schema = text_of(node, "schema");
  relation.identifier = text_of(node, "alias");
  const config::Quoting& root = session.project.quoting;
  relation.quote = {root.database.value_or(true), root.schema.value_or(true),
                    root.identifier.value_or(true)};
  return relation;
}

std::unordered_map<std::string, adapter::Relation> relations_of(
    const Session& session, const manifest::StateManifest& other, const graph::NodeSet& selected) {
  std::unordered_map<std::string, adapter::Relation> made;
  for (manifest::NodeId id : selected.members()) {
    const std::string& unique_id = session.parsed->manifest.node(id).unique_id;
    const base::Data* node = other.nodes.find(unique_id);
    const base::Data* config = node == nullptr ? nullptr : node->get("config");
    const base::Data* kind = config == nullptr ? nullptr : config->get("materialized");
    bool is_ephemeral = kind != nullptr && kind->string_or("") == "ephemeral";
    if (node != nullptr && !is_ephemeral)
      made.emplace(unique_id, relation_of(session, *node));
  }
  return made;
}

}  // namespace

int cmd_clone(Session& session) {
  if (!session.load_project() || !session.load_profile() || !session.parse() || !session.connect())
    return kUnhandled;
  const manifest::StateManifest* other = session.defer_manifest();
  if (other == nullptr)
    return kUnhandled;
  std::optional<graph::NodeSet> selected =
      session.select({ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot});
  if (!selected)
    return kUnhandled;
  if (selected->empty()) {
    session.nothing_to_do();
    return session.write_run_results({}) ? kSuccess : kUnhandled;
  }
  run::RunRequest request;
  request.mode = run::Mode::Clone;
  request.clone_from = relations_of(session, *other, *selected);
  request.selected = std::move(*selected);
  request.run_hooks = false;
  request.write_files = false;
  std::optional<run::RunOutcome> done = session.run_nodes(std::move(request));
  if (!done)
    return kUnhandled;
  session.console.end_of_run(session.parsed->manifest, done->results, done->elapsed,
                             done->was_cancelled);
  return session.write_run_results(*done) ? session.exit_code(*done) : kUnhandled;
}

}  // namespace weft::cli
