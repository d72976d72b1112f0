// What a seed's configuration says of its file: `column_types` and `delimiter`.
#pragma once

#include <string>
#include <vector>

#include "adapter/table.h"
#include "manifest/manifest.h"

namespace weft::context {

class Worker;

/// How the file is read; columns with a type of their own stay text. One whose `delimiter` is no
/// text is read with commas.
adapter::CsvOptions csv_options(const base::DataMap& config, bool header_only);

/// Warns where the seed's `column_types` name columns that its file does not have, as happens with
/// names in another case; they have no effect.
void warn_of_unknown_types(Worker& worker, const manifest::Node& node,
                           const std::vector<std::string>& column_names);

}  // namespace weft::context
