// on-run-start and on-run-end.
#pragma once

#include "run/node_run.h"

namespace weft::run {

/// Ids of the enabled hooks of a kind ("on-run-start"), packages by name, the root last.
std::vector<NodeId> hooks_of(const manifest::Manifest& manifest, std::string_view kind,
                             const std::string& root_package);

/// Runs the hooks in order on the lane; appends a result each. Stops at the first failure.
/// `extras` are names only hooks have: results, schemas, database_schemas.
bool run_hooks(const RunContext& context, Lane& lane, std::string_view kind,
               const std::vector<std::pair<std::string, jinja::Value>>& extras,
               std::vector<manifest::RunResult>& results);

/// The results as on-run-end sees them.
jinja::Value results_value(const manifest::Manifest& manifest,
                           const std::vector<manifest::RunResult>& results);

}  // namespace weft::run
