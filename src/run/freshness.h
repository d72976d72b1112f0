// How old a source's newest rows are, and whether that is too old.
#pragma once

#include "run/node_run.h"

namespace weft::run {

/// Asks the database by `collect_freshness` or, where the source has a `loaded_at_query`, by
/// `collect_freshness_custom_sql`, and judges the age by the source's thresholds. The result's
/// status becomes pass, warn or error. The error: the age cannot be found out.
diag::Status check_freshness(NodeRun& run);

/// Copies timing, thread and duration, which are known at the end, into the source's result.
void complete_freshness(NodeRun& run);

}  // namespace weft::run
