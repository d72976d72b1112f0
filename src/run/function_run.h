// Functions of the database and their overloads.
#pragma once

#include "run/node_run.h"

namespace weft::run {

/// Creates the function, then each overload, whatever became of the others. `previous` is the
/// result of the run that is repeated, or null: its successful overloads are left alone.
diag::Status run_function(NodeRun& run, const manifest::RunResult* previous);

}  // namespace weft::run
