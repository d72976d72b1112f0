// clone: selected nodes stand for the relations that --state describes.
#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "cli/commands.h"

namespace weft::cli {
namespace {

using manifest::ResourceType;

diag::Diagnostic no_state(std::string message, std::string hint) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::StateMissing;
  diagnostic.legacy_text = "Runtime Error\n  " + message;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

/// The manifest of the other environment: of --defer-state, else of --state.
diag::Result<manifest::StateManifest> read_other(Session& session) {
  std::string folder = session.flags.get_string("defer_state");
  if (folder.empty())
    folder = session.flags.get_string("state");
  if (folder.empty()) {
    return no_state("--state or --defer-state are required for deferral, but neither was provided",
                    "name the folder that holds the other environment's manifest.json");
  }
  std::string path = base::absolute_path(folder, session.env.working_directory) + "/manifest.json";
  if (!session.env.files.exists(path)) {
    return no_state(fmt::format("Could not find manifest in --state path: '{}'", folder),
                    "it needs the manifest.json of a run in the other environment");
  }
  return manifest::read_state_manifest(session.env.files, path);
}

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
  diag::Result<manifest::StateManifest> other = read_other(session);
  if (!other) {
    session.console.fatal(other.error());
    return kUnhandled;
  }
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
  request.threads = session.threads();
  request.run_hooks = false;
  request.write_files = false;
  run::RunContext context{*session.parsed, *session.graph, *session.shared, *session.compiler,
                          session.console};
  diag::Result<run::RunOutcome> done = run::run_nodes(context, request);
  if (!done) {
    session.console.fatal(done.error());
    return kUnhandled;
  }
  session.console.end_of_run(session.parsed->manifest, done->results, done->elapsed,
                             done->was_cancelled);
  return session.write_run_results(*done) ? session.exit_code(*done) : kUnhandled;
}

}  // namespace weft::cli
