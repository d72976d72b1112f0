// clone: a node's relation becomes a view of (or, where a server can, a copy of) the relation that
// the same node has in another environment.
#pragma once

#include "run/node_run.h"

namespace weft::run {

/// Runs the materialization `clone`. A node without relation in the other environment, or whose own
/// relation is there already (without --full-refresh), is left alone: "No-op".
diag::Status clone_node(NodeRun& run, const RunRequest& request);

}  // namespace weft::run
