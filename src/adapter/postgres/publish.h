// Publish: puts a finished relation in the place of another without a moment in which readers of
// either, or of anything that stands on it, find nothing. See publish.cc.
#pragma once

#include <string>
#include <string_view>

#include "adapter/adapter.h"
#include "adapter/postgres/pg_connection.h"

namespace weft::adapter::postgres {

/// As Adapter::publish. Leaves the transaction as it found it: open when it was open (unless it
/// fails), none when there was none.
diag::Status publish(PgConnection& connection, const Relation& build, const Relation& target,
                     const PublishContext& context);

/// As Adapter::publish_view.
diag::Result<Response> publish_view(PgConnection& connection, const Relation& target,
                                    std::string_view create_sql_of_build, const Relation& build,
                                    const PublishContext& context);

}  // namespace weft::adapter::postgres
