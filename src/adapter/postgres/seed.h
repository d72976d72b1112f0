// Seeds: CSV files streamed into new tables by COPY.
#pragma once

#include "adapter/adapter.h"
#include "adapter/postgres/pg_connection.h"

namespace weft::adapter::postgres {

/// As Adapter::load_seed.
diag::Result<int64_t> load_seed(PgConnection& connection, const Relation& build,
                                const Adapter::SeedLoad& load);

}  // namespace weft::adapter::postgres
