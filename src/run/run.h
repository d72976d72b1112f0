// run_nodes: hooks, schemas, then every selected node on N threads.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compile/compiler.h"
#include "context/worker.h"
#include "graph/graph.h"
#include "manifest/artifacts.h"
#include "parse/parse.h"
#include "run/listener.h"

namespace weft::run {

using graph::NodeSet;
using manifest::NodeId;

enum class Mode {
  /// Materializations run, tests are checked.
  Run,
  /// Nodes are compiled and written, nothing else.
  Compile,
  /// Nodes stand for the relations of another environment; their own SQL is not run.
  Clone,
};

struct RunRequest {
  Mode mode = Mode::Run;
  NodeSet selected;
  size_t threads = 1;
  bool fail_fast = false;
  /// Tests hold back what lies behind the nodes they test (build).
  bool tests_gate = false;
  /// The run that retry repeats; null otherwise.
  const manifest::RunResults* previous = nullptr;
  bool run_hooks = true;
  bool create_schemas = true;
  /// Compiled and run files are written.
  bool write_files = true;
  /// Ephemeral models have results too: `compile --select`.
  bool ephemeral_results = false;
  /// retry: batch_results of the earlier run by unique id. Of such a microbatch model only the
  /// failed batches are run.
  std::unordered_map<std::string, base::Data> earlier_batches;
  /// clone: the other environment's relations by unique id.
  std::unordered_map<std::string, adapter::Relation> clone_from;
};

struct RunOutcome {
  std::vector<manifest::RunResult> results;
  double elapsed = 0;
  bool was_cancelled = false;
  /// A result is error, fail, skipped because of one, or partial success.
  bool has_failures = false;
  /// An on-run-end hook could not be rendered: the command fails after its results are written.
  std::optional<diag::Diagnostic> fatal;
};

/// Everything must outlive the call. `shared` is of phase Execute and has its adapter.
struct RunContext {
  parse::ParsedProject& project;
  const graph::Graph& graph;
  context::Shared& shared;
  compile::Compiler& compiler;
  Listener& listener;
};

/// Errors that end the whole run before any node (no connection, a failed on-run-start hook is a
/// result).
diag::Result<RunOutcome> run_nodes(const RunContext& context, const RunRequest& request);

/// True for statuses that make the command end with exit code 1.
bool is_failure(std::string_view status);

}  // namespace weft::run
