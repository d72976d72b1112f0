// Types of PostgreSQL as dbt sees them through psycopg2 and agate.
#pragma once

#include <cstdint>
#include <string>

#include "adapter/table.h"

struct pg_result;

namespace weft::adapter::postgres {

/// The rows of a result, at most `limit` when that is not negative. Typed as dbt types query
/// results (one type a column, over all its rows), or, when `raw`, as the server's text.
Table to_table(const pg_result* result, int64_t limit, bool raw);

/// psycopg2's word for a type: INTEGER, LONGINTEGER, STRING, ...; "unknown type_code N" for others.
std::string type_name(uint32_t oid);

}  // namespace weft::adapter::postgres
