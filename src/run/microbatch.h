// Microbatch models: an incremental model that is built window by window of its event time.
#pragma once

#include "run/node_run.h"

namespace weft::run {

/// True for incremental models whose strategy is microbatch. A project's own strategy macro is run
/// without batches when the flag `require_batched_execution_for_custom_microbatch_strategy` is off.
bool is_microbatch(const RunContext& context, const manifest::Node& node);

/// Runs the batches one after another and fills the result: success, partial success or error, with
/// the batches of either kind. When the first batch fails, the others are skipped. Pre-hooks run
/// with the first batch, post-hooks with the last.
void run_batches(NodeRun& run, const RunRequest& request);

}  // namespace weft::run
