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
    if (!missing) {
      session.console.fatal(missing.error());
      return kUnhandled;
    }
    *selected |= *missing;
  }
  graph::NodeSet rebuilt = *selected;
  const manifest::Manifest& manifest = session.parsed->manifest;
  session.shared->publish.is_rebuilt_later = [&](const adapter::Relation& relation) {
    for (manifest::NodeId id : rebuilt.members()) {
      const manifest::Node& node = manifest.node(id);
      if (relation.schema == node.schema && relation.identifier == node.alias &&
          (node.type == ResourceType::Model || node.type == ResourceType::Snapshot))
        return true;
    }
    return false;
  };
  session.shared->publish.has_hooks = [&](const adapter::Relation& relation) {
    for (manifest::NodeId id : rebuilt.members()) {
      const manifest::Node& node = manifest.node(id);
      if (relation.schema != node.schema || relation.identifier != node.alias)
        continue;
      const base::Data* hooks = manifest.config_of(node).find("post-hook");
      return hooks != nullptr && hooks->truthy();
    }
    return false;
  };
  run::RunRequest request;
  request.selected = std::move(*selected);
  request.threads = session.threads();
  request.fail_fast = session.flags.get_bool("fail_fast");
  request.tests_gate = command == "build";
  if (session.retried != nullptr) {
    request.previous = &session.retried->results;
    request.earlier_batches = earlier_batches(session.retried->results);
  }
  run::RunContext context{*session.parsed, *session.graph, *session.shared, *session.compiler,
                          session.console};
  diag::Result<run::RunOutcome> done = run::run_nodes(context, request);
  if (!done) {
    session.console.fatal(done.error());
    return kUnhandled;
  }
  session.console.end_of_run(manifest, done->results, done->elapsed, done->was_cancelled);
  // Once more: the nodes are compiled now.
  if (!session.write_run_results(*done) || !session.write_manifest() ||
      !write_graph_summary(session))
    return kUnhandled;
  return session.exit_code(*done);
}

}  // namespace weft::cli
