// Unit tests: the tested model's query over fixture rows, compared with the rows it should give.
#pragma once

#include "run/node_run.h"

namespace weft::run {

/// Compiles the tested model with its inputs replaced by fixtures and puts the query into the unit
/// test's row.
diag::Status compile_unit_test(NodeRun& run);

/// Runs the compiled query and compares. The result is pass, or fail with the differing rows as
/// message.
diag::Status execute_unit_test(NodeRun& run);

}  // namespace weft::run
