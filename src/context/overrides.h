// Overrides: macros of a project or a package in the place of weft's own.
#pragma once

#include <string_view>

#include "context/macros.h"
#include "manifest/manifest.h"

namespace weft::context {

/// The macro that the root project means by `name`, or that dispatch finds for it, unless that is
/// weft's own. Null where nothing takes its place. Lives as long as the table.
const CallableMacro* overriding_macro(const MacroTable& macros, const manifest::Manifest& manifest,
                                      std::string_view name);

}  // namespace weft::context
