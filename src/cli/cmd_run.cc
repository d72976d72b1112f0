// run, build, test, seed, snapshot: select, run, report.
#include <algorithm>

#include "cli/commands.h"
#include "cli/graph_summary.h"
#include "cli/missing_functions.h"

namespace weft::cli {
namespace {

using manifest::ResourceType;

std::vector<ResourceType> kinds_of(std::string_view command) {
  if (command == "run")
    return {ResourceType::Model};
  if (command == "test")
    return {ResourceType::Test, ResourceType::UnitTest};
  if (command == "seed")
    return {ResourceType::Seed};
  if (command == "snapshot")
    return {ResourceType::Snapshot};
  return {ResourceType::Model,      ResourceType::Seed,     ResourceType::Snapshot,
          ResourceType::Test,       ResourceType::UnitTest, ResourceType::Function,
          ResourceType::SavedQuery, ResourceType::Exposure};
}

bool has_items(const base::Data& batches, std::string_view key) {
  const base::Data* list = batches.get(key);
  return list != nullptr && list->is_list() && !list->as_list().empty();
}

/// Microbatch models of which some batches are done and some are not. Where none is, all are tried.
std::unordered_map<std::string, base::Data> earlier_batches(const manifest::RunResults& results) {
  std::unordered_map<std::string, base::Data> made;
  for (const manifest::RunResult& result : results.results) {
    if (has_items(result.batch_results, "successful") && has_items(result.batch_results, "failed"))
      made.emplace(result.unique_id, result.batch_results);
  }
  return made;
}

/// What publishing a relation asks about the run it is part of. The manifest must outlive `shared`.
void tell_publishing(context::Shared& shared, const manifest::Manifest& manifest,
                     const graph::NodeSet& selected) {
  // The rows of the run that make the relation.
  auto makers = [&manifest, ids = selected.members()](const adapter::Relation& relation) {
    std::vector<const manifest::Node*> found;
    for (manifest::NodeId id : ids) {
      const manifest::Node& node = manifest.node(id);
      if (relation.schema == node.schema && relation.identifier == node.alias)
        found.push_back(&node);
    }
    return found;
  };
  shared.publish.is_rebuilt_later = [makers](const adapter::Relation& relation) {
    std::vector<const manifest::Node*> nodes = makers(relation);
    return std::any_of(nodes.begin(), nodes.end(), [](const manifest::Node* node) {
      return node->type == ResourceType::Model || node->type == ResourceType::Snapshot;
    });
  };
  shared.publish.has_hooks = [makers, &manifest](const adapter::Relation& relation) {
    std::vector<const manifest::Node*> nodes = makers(relation);
    if (nodes.empty())
      return false;
    const base::Data* hooks = manifest.config_of(*nodes.front()).find("post-hook");
    return hooks != nullptr && hooks->truthy();
  };
}

}  // namespace

int cmd_run(Session& session) {
  if (!session.load_project() || !session.load_profile() || !session.parse() || !session.connect())
    return kUnhandled;
  std::string_view command = session.line.command->name;
  std::optional<graph::NodeSet> selected = session.select(kinds_of(command));
  if (!selected)
    return kUnhandled;
  run::RunOutcome outcome;
  if (selected->empty()) {
    session.nothing_to_do();
    return session.write_run_results(outcome) ? kSuccess : kUnhandled;
  }
  if (command == "run" && !session.flags.get_bool("defer")) {
    diag::Result<graph::NodeSet> missing = missing_functions(session, *selected);
    if (!missing)
      return session.fail(missing.error());
    *selected |= *missing;
  }
  const manifest::Manifest& manifest = session.parsed->manifest;
  tell_publishing(*session.shared, manifest, *selected);
  run::RunRequest request;
  request.selected = std::move(*selected);
  request.fail_fast = session.flags.get_bool("fail_fast");
  request.tests_gate = command == "build";
  if (session.retried != nullptr) {
    request.previous = &session.retried->results;
    request.earlier_batches = earlier_batches(session.retried->results);
  }
  std::optional<run::RunOutcome> done = session.run_nodes(std::move(request));
  if (!done)
    return kUnhandled;
  session.console.end_of_run(manifest, done->results, done->elapsed, done->was_cancelled);
  // Once more: the nodes are compiled now.
  if (!session.write_run_results(*done) || !session.write_manifest() ||
      !write_graph_summary(session))
    return kUnhandled;
  return session.exit_code(*done);
}

}  // namespace weft::cli
