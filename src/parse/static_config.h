// Models simple enough that dbt reads their config() calls without rendering them.
#pragma once

#include <optional>
#include <string_view>

#include "base/data.h"

namespace weft::parse {

/// The arguments of all config() calls of a text that has nothing but text, comments, and ref,
/// source and config calls with constants: strings, True, False, lists and dicts of those. Nothing
/// for any other text, hooks included. Backslashes in strings stay.
std::optional<base::DataMap> static_config(std::string_view text);

}  // namespace weft::parse
