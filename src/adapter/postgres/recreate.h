// Recreate: all that makes up views and materialized views which must be dropped and made again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapter/postgres/dependents.h"

namespace weft::adapter::postgres {

/// The statements that make one view as it was: definition, owner, defaults, indexes, rules,
/// triggers, comments, labels, grants.
struct Script {
  uint32_t oid = 0;
  std::vector<std::string> statements;
};

/// Reads the scripts of all views and materialized views among the dependents, nearest first. Call
/// with all of them locked, and with the search path of enter_settings_sql().
diag::Result<std::vector<Script>> read_scripts(PgConnection& connection,
                                               const std::vector<Dependent>& dependents);

}  // namespace weft::adapter::postgres
