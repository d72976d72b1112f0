// The last run: results of the last command that built or tested something, for the site.
#pragma once

#include <optional>

#include "cli/session.h"
#include "manifest/artifacts.h"

namespace weft::cli {

/// Before this command writes target/run_results.json: if it only compiles, the file there is kept
/// as target/last_run_results.json, unless one is kept already; if it runs something, the one kept
/// is out of date and goes. So the kept file is the first that was overwritten since the last run:
/// that run's own. Problems are left unsaid, since only a picture of the site depends on it.
void keep_last_run(Session& session);

/// What the last run left in target/, by weft or by dbt; nothing if there was none or it cannot
/// be read.
std::optional<manifest::RunResults> read_last_run(Session& session);

}  // namespace weft::cli
