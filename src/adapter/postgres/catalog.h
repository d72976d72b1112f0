// Catalog: what weft asks PostgreSQL about schemas and relations, with exact names, never patterns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapter/column.h"
#include "adapter/postgres/pg_connection.h"
#include "adapter/relation.h"

namespace weft::adapter::postgres {

/// Tables, views, materialized views and functions of the schemas, in order of schema and name.
diag::Result<std::vector<Relation>> list_relations(PgConnection& connection,
                                                   const std::vector<std::string>& schemas);
diag::Result<bool> schema_exists(PgConnection& connection, std::string_view schema);
diag::Status create_schemas(PgConnection& connection, const std::vector<std::string>& schemas);
diag::Result<std::vector<Column>> columns_in_relation(PgConnection& connection,
                                                      const Relation& relation);
diag::Result<std::vector<Column>> columns_of_query(PgConnection& connection, std::string_view sql);

/// Drops the build relations of dead runs in these schemas. What cannot be dropped stays.
void remove_leftovers(PgConnection& connection, const std::vector<std::string>& schemas);

}  // namespace weft::adapter::postgres
