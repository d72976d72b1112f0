// The catalog: what the database knows of the project's relations, by one query.
#pragma once

#include "adapter/connection.h"
#include "diag/diagnostic.h"
#include "manifest/artifacts.h"

namespace weft::docs {

/// Tables and columns of every enabled node and source of the manifest that exists in the database.
diag::Result<manifest::Catalog> read_catalog(adapter::Connection& connection,
                                             const manifest::Manifest& manifest);

}  // namespace weft::docs
