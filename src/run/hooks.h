// on-run-start and on-run-end.
#pragma once

#include "run/node_run.h"

namespace weft::run {

/// Ids of the enabled hooks of a kind ("on-run-start"), packages by name, the root last.
std::vector<NodeId> hooks_of(const manifest::Manifest& manifest, std::string_view kind,
                             const std::string& root_package);

/// Names that only hooks have: results, schemas, database_schemas.
using Extras = std::vector<std::pair<std::string, jinja::Value>>;

/// Runs the hooks in order on the lane and appends a result each; behind a failed one the others
/// are skipped. False when one failed. The error: a hook cannot be rendered, which ends the
/// command.
diag::Result<bool> run_hooks(const RunContext& context, Lane& lane, std::string_view kind,
                             const Extras& extras, std::vector<manifest::RunResult>& results);

/// The results as on-run-end sees them.
jinja::Value results_value(const manifest::Manifest& manifest,
                           const std::vector<manifest::RunResult>& results);

}  // namespace weft::run
