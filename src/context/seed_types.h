// What is said of `column_types` of a seed.
#pragma once

#include <string>
#include <vector>

#include "manifest/manifest.h"

namespace weft::context {

class Worker;

/// Warns where the seed's `column_types` name columns that its file does not have, as happens with
/// names in another case; they have no effect.
void warn_of_unknown_types(Worker& worker, const manifest::Node& node,
                           const std::vector<std::string>& column_names);

}  // namespace weft::context
