// JSON files of seeds, as `adapter.load_seed` reads them.
#pragma once

#include <optional>
#include <string>

#include "adapter/json_seed.h"
#include "context/worker.h"

namespace weft::context {

/// How the seed's file is read; none when it is a CSV file. Raises for a wrong `meta.weft_json`.
std::optional<adapter::JsonSeedOptions> json_options_of(Worker& worker, const manifest::Node& node);

/// Name and SQL type of the columns that the file brings. Raises, at the line, for a file that
/// cannot be loaded.
std::vector<std::pair<std::string, std::string>> json_columns(
    Worker& worker, const manifest::Node& node, const std::string& path,
    const adapter::JsonSeedOptions& options);

/// Points at the line of the file that could not be loaded: at the first wrong one, or at the row
/// that the server refused, when `row` is not 0.
void place_in_json(Worker& worker, const manifest::Node& node, const std::string& path,
                   const adapter::JsonSeedOptions& options, int64_t row, diag::Diagnostic& error);

}  // namespace weft::context
