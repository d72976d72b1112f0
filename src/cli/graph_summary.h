// graph_summary.json: the graph's nodes and edges by number, beside the other artifacts.
#pragma once

#include "cli/session.h"

namespace weft::cli {

/// Writes it to the target folder; false when that fails.
bool write_graph_summary(Session& session);

}  // namespace weft::cli
