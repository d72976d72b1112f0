// Partitions: the children of a partitioned table, made before rows arrive that need them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapter/adapter.h"
#include "adapter/postgres/pg_connection.h"

namespace weft::adapter::postgres {

/// As Adapter::missing_partitions.
diag::Result<std::vector<std::string>> missing_partitions(PgConnection& connection,
                                                          const PartitionedTable& table);

/// As Adapter::check_partition_key.
diag::Status check_partition_key(PgConnection& connection, const Relation& relation,
                                 const PartitionBy& by);

}  // namespace weft::adapter::postgres
