// A catalog that the project's own macros read: those that override dbt's get_catalog_relations.
#pragma once

#include "adapter/connection.h"
#include "cli/session.h"
#include "manifest/artifacts.h"

namespace weft::cli {

/// True when the project or a package replaces a macro that the catalog is read by.
bool has_catalog_macro(const Session& session);

/// Calls it with the relations of every node and source, and makes the catalog of the table it
/// returns: the columns are dbt's (`table_schema`, `table_name`, `column_name`, ...).
diag::Result<manifest::Catalog> read_catalog_by_macro(Session& session,
                                                      adapter::Connection& connection);

}  // namespace weft::cli
