// Methods: what stands before the colon of a criterion. One file a family: method_<family>.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.h"
#include "diag/sink.h"
#include "graph/graph.h"
#include "manifest/manifest.h"
#include "select/criterion.h"
#include "select/select.h"

namespace weft::select {

class PathIndex;
class StateComparison;

/// What a method may look at. Indexes are made by the first criterion that needs them and serve all
/// others of the command.
struct MethodContext {
  MethodContext(const manifest::Manifest& of, const State& with, const Request& by, diag::Sink& to);
  ~MethodContext();

  const manifest::Manifest& manifest;
  const State& state;
  const Request& request;
  diag::Sink& sink;
  /// Rows that can be selected. dbt keeps the tests of disabled models among the nodes, but they
  /// are no members of the graph.
  NodeSet members;
  std::unique_ptr<PathIndex> paths;
  std::unique_ptr<StateComparison> comparison;

  std::string_view root_package() const {
    return request.root_package.empty() ? std::string_view(manifest.metadata.project_name)
                                        : std::string_view(request.root_package);
  }
};

/// Sets of enabled rows. The error is a value the method cannot have, or a missing artifact.
using Method = diag::Result<NodeSet> (*)(MethodContext&, const Criterion&);

/// Null when there is no such method. `selector` is one whose function is never called: it is
/// resolved where the definitions are known.
const Method* find_method(std::string_view name);
/// In the order in which dbt lists them.
std::vector<std::string> method_names();

// method_name.cc
diag::Result<NodeSet> select_by_fqn(MethodContext& context, const Criterion& criterion);
diag::Result<NodeSet> select_by_source(MethodContext& context, const Criterion& criterion);
/// exposure, metric, semantic_model, saved_query, unit_test.
diag::Result<NodeSet> select_by_name(MethodContext& context, const Criterion& criterion);

// method_attribute.cc
diag::Result<NodeSet> select_by_tag(MethodContext& context, const Criterion& criterion);
diag::Result<NodeSet> select_by_group(MethodContext& context, const Criterion& criterion);
diag::Result<NodeSet> select_by_access(MethodContext& context, const Criterion& criterion);
diag::Result<NodeSet> select_by_package(MethodContext& context, const Criterion& criterion);
diag::Result<NodeSet> select_by_type(MethodContext& context, const Criterion& criterion);
diag::Result<NodeSet> select_by_version(MethodContext& context, const Criterion& criterion);

// method_path.cc
diag::Result<NodeSet> select_by_path(MethodContext& context, const Criterion& criterion);
diag::Result<NodeSet> select_by_file(MethodContext& context, const Criterion& criterion);

// method_config.cc
diag::Result<NodeSet> select_by_config(MethodContext& context, const Criterion& criterion);

// method_tests.cc
diag::Result<NodeSet> select_by_test_name(MethodContext& context, const Criterion& criterion);
diag::Result<NodeSet> select_by_test_type(MethodContext& context, const Criterion& criterion);

// method_state.cc
diag::Result<NodeSet> select_by_state(MethodContext& context, const Criterion& criterion);

// method_result.cc
diag::Result<NodeSet> select_by_result(MethodContext& context, const Criterion& criterion);
diag::Result<NodeSet> select_by_source_status(MethodContext& context, const Criterion& criterion);

/// The members that `accepts(const Node&)`.
template <typename Accepts>
NodeSet rows_where(const MethodContext& context, Accepts accepts) {
  const manifest::Manifest& m = context.manifest;
  NodeSet rows(m.nodes.size());
  for (size_t i = 0; i < m.nodes.size(); ++i)
    if (context.members.contains(manifest::NodeId(i)) && accepts(m.nodes[i]))
      rows.insert(manifest::NodeId(i));
  return rows;
}

/// A value that the method cannot have. `legacy` is dbt's wording.
diag::Diagnostic bad_value(std::string message, std::string hint, std::string legacy);
/// An artifact of an earlier run that the method needs.
diag::Diagnostic missing_state(const Criterion& criterion, std::string_view artifact,
                               std::string legacy);

}  // namespace weft::select
