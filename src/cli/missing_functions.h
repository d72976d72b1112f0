// Functions that models need and the database lacks.
#pragma once

#include "cli/session.h"

namespace weft::cli {

/// The functions that the selected models call, by way of ephemeral models and other functions too,
/// and that the database does not have: `run` builds them first, so that it works on an empty
/// database. One that exists is left alone. The database is asked once, and only where a function
/// is called at all.
diag::Result<graph::NodeSet> missing_functions(Session& session, const graph::NodeSet& selected);

}  // namespace weft::cli
