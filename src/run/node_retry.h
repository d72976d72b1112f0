// Whether a node whose run failed is run once more.
#pragma once

#include "diag/diagnostic.h"
#include "run/node_run.h"

namespace weft::run {

/// A node is run this often at most.
inline constexpr int kMostTries = 3;

/// True when `error` passes by itself (a lost connection, a restarting server, a deadlock) and all
/// that the node did was rolled back with it, so that another try starts from nothing. Anything
/// that may have been committed on the way speaks against it.
bool may_be_repeated(const NodeRun& run, const diag::Diagnostic& error);

}  // namespace weft::run
