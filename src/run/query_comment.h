// The comment before each statement that tells a database's operator which node sent it.
#pragma once

#include <string>

#include "context/worker.h"

namespace weft::run {

/// Sets the connection's comment for a node (or for `connection_name` when there is none): dbt's
/// JSON, the project's own macro or text, or none. Text that could end the comment is an error.
diag::Status set_query_comment(context::Worker& worker, const manifest::Node* node,
                               const std::string& connection_name);

}  // namespace weft::run
