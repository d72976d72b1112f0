// --defer: which relations of an earlier run stand in for what is not built here.
#pragma once

#include "context/shared.h"
#include "graph/graph.h"
#include "manifest/artifacts.h"

namespace weft::run {

/// The relations of `state` for models, seeds, snapshots and functions of the project that both
/// know. Ephemeral models have none.
context::Deferred deferred_relations(const context::Shared& shared,
                                     const manifest::StateManifest& state,
                                     const graph::NodeSet& selected, bool favor_state);

}  // namespace weft::run
