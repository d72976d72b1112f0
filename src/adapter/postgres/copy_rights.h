// What `create table … (like …)` leaves out: rights and the table's comment.
#pragma once

#include "adapter/postgres/pg_connection.h"
#include "adapter/relation.h"

namespace weft::adapter::postgres {

/// Gives the table `to` exactly the grants and the comment that `from` has, on the table and its
/// columns, in the open transaction.
diag::Status copy_rights(PgConnection& connection, const Relation& from, const Relation& to);

}  // namespace weft::adapter::postgres
