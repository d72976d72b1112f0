// Flags with the places where a project's file sets them.
#pragma once

#include "config/flags.h"
#include "yaml/document.h"

namespace weft::config {

/// resolve_flags() for a project whose `flags:` mapping stands in a file: an error about one of
/// them is shown at its line. `written` may be null.
diag::Result<Flags> resolve_written_flags(const base::DataMap& command_line, const base::Env& env,
                                          const base::DataMap& project_flags,
                                          diag::Sources& sources, const yaml::Node* written);

}  // namespace weft::config
