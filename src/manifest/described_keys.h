// Keys of the rows whose own fields are kept as data.
#pragma once

#include <span>
#include <string_view>

#include "manifest/manifest.h"

namespace weft::manifest {

/// What follows `fqn` in an exposure, metric, semantic model or saved query, in dbt's order.
std::span<const std::string_view> described_keys(ResourceType type);

}  // namespace weft::manifest
