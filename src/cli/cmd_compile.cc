// compile: nodes become SQL under target/compiled.
#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/graph_summary.h"
#include "cli/inline_query.h"

namespace weft::cli {
namespace {

using manifest::Node;
using manifest::NodeId;
using manifest::ResourceType;

std::vector<ResourceType> compiled_kinds() {
  return {ResourceType::Model,    ResourceType::Snapshot, ResourceType::Test,
          ResourceType::Analysis, ResourceType::Function, ResourceType::Seed,
          ResourceType::Operation};
}

/// The compiled text as people or programs read it.
void show_compiled(Session& session, const std::string& name, bool is_inline,
                   const std::string& sql) {
  if (session.flags.get_string("output") == "json") {
    base::DataMap made;
    if (!is_inline)
      made.set("node", base::Data(name));
    made.set("compiled", base::Data(sql));
    answer(session, "CompiledNode", "Q042", base::to_json(base::Data(std::move(made))));
    return;
  }
  std::string title =
      is_inline ? "Compiled inline node is:\n" : fmt::format("Compiled node '{}' is:\n", name);
  answer(session, "CompiledNode", "Q042", session.flags.get_bool("quiet") ? sql : title + sql);
}

int compile_text(Session& session, const std::string& text) {
  if (!session.defer(graph::NodeSet(session.parsed->manifest.nodes.size())))
    return kUnhandled;
  session.console.say_concurrency(1, session.threads());
  auto connection = session.adapter->connect("inline");
  context::Worker worker(*session.shared, connection.get());
  context::NodeScope scope;
  diag::Result<compile::Query> query = compile_inline(session, worker, text, scope);
  if (!query)
    return session.fail(query.error());
  show_compiled(session, "inline_query", true, query->sql);
  run::RunOutcome outcome;
  outcome.results.push_back(inline_result(session, query->sql));
  return session.write_run_results(outcome) ? kSuccess : kUnhandled;
}

}  // namespace

int cmd_compile(Session& session) {
  if (!session.load_project() || !session.load_profile() || !session.parse() || !session.connect())
    return kUnhandled;
  if (std::optional<std::string> text = inline_text(session))
    return compile_text(session, *text);
  std::optional<graph::NodeSet> selected = session.select(compiled_kinds());
  if (!selected)
    return kUnhandled;
  run::RunRequest request;
  request.mode = run::Mode::Compile;
  request.selected = *selected;
  request.run_hooks = false;
  request.ephemeral_results = !session.flags.get_list("select").empty();
  request.create_schemas = false;
  std::optional<run::RunOutcome> done = session.run_nodes(std::move(request));
  if (!done)
    return kUnhandled;
  bool is_shown = !session.flags.get_list("select").empty();
  for (NodeId id : selected->members()) {
    const Node& node = session.parsed->manifest.node(id);
    if (node.compiled && is_shown && is_asked_for(session, *selected, id))
      show_compiled(session, node.name, false, node.compiled_code);
  }
  if (done->has_failures) {
    session.console.compile_failed(done->results);
    return kUnhandled;
  }
  session.write_run_results(*done);
  session.write_manifest();
  write_graph_summary(session);
  return kSuccess;
}

}  // namespace weft::cli
