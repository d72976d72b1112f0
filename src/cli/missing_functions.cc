#include "cli/missing_functions.h"

#include <fmt/format.h>

namespace weft::cli {
namespace {

using manifest::NodeId;
using manifest::ResourceType;

/// Functions above the selected nodes, up to the next relation.
graph::NodeSet called_functions(const Session& session, const graph::NodeSet& selected) {
  const manifest::Manifest& manifest = session.parsed->manifest;
  graph::NodeSet called(selected.universe());
  graph::NodeSet seen(selected.universe());
  std::vector<NodeId> pending = selected.members();
  while (!pending.empty()) {
    NodeId id = pending.back();
    pending.pop_back();
    for (NodeId parent : session.graph->parents(id)) {
      const manifest::Node& node = manifest.node(parent);
      bool is_function = node.type == ResourceType::Function;
      if (seen.contains(parent) ||
          !(is_function || node.is_ephemeral_model(manifest.config_of(node))))
        continue;
      seen.insert(parent);
      pending.push_back(parent);
      if (is_function)
        called.insert(parent);
    }
  }
  return called;
}

}  // namespace

diag::Result<graph::NodeSet> missing_functions(Session& session, const graph::NodeSet& selected) {
  graph::NodeSet missing(selected.universe());
  std::vector<NodeId> called = called_functions(session, selected).members();
  if (called.empty())
    return missing;
  std::string wanted;
  for (size_t i = 0; i < called.size(); ++i) {
    const manifest::Node& node = session.parsed->manifest.node(called[i]);
    wanted += fmt::format("{}({}, {}, {})", wanted.empty() ? "" : ", ", i,
                          adapter::quote_literal(node.schema), adapter::quote_literal(node.alias));
  }
  std::unique_ptr<adapter::Connection> connection = session.adapter->connect("functions");
  diag::Result<adapter::QueryResult> result = connection->query_catalog(fmt::format(
      "select w.number from (values {}) as w(number, schema_name, function_name) "
      "where not exists (select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n "
      "on n.oid = p.pronamespace where n.nspname = w.schema_name and p.proname = w.function_name)",
      wanted));
  if (!result)
    return result.error();
  for (const std::vector<adapter::Cell>& row : result->table.rows)
    missing.insert(called[static_cast<size_t>(row.front().integer)]);
  return missing;
}

}  // namespace weft::cli
