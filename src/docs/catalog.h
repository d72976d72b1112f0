// The catalog: what the database knows of the project's relations, by one query.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapter/connection.h"
#include "diag/diagnostic.h"
#include "manifest/artifacts.h"

namespace weft::docs {

/// One column of one relation.
struct CatalogRow {
  std::string schema, table, type;
  std::optional<std::string> table_comment, owner;
  std::string column;
  int column_index = 0;
  std::string column_type;
  std::optional<std::string> column_comment;
  std::string database;
};

/// The catalog of what the rows say about the manifest's nodes. Rows of one relation stand
/// together.
manifest::Catalog make_catalog(const manifest::Manifest& manifest,
                               const std::vector<CatalogRow>& rows);

/// Tables and columns of every enabled node and source of the manifest that exists in the database.
diag::Result<manifest::Catalog> read_catalog(adapter::Connection& connection,
                                             const manifest::Manifest& manifest);

}  // namespace weft::docs
