// Deprecated ways to configure a project, reported as dbt's deprecation events.
#pragma once

#include "base/data.h"
#include "base/env.h"
#include "config/fields.h"
#include "config/project.h"
#include "diag/sink.h"

namespace weft::config {

/// Paths of dbt_project.yml that have a new name or belong elsewhere.
void report_old_paths(const Fields& fields, diag::Sink& sink);

/// For `clean`: packages are no longer installed into dbt_modules.
void report_old_package_folder(const Project& project, diag::Sink& sink);

/// How this invocation sets flags: variables with a former name, variables that only look like
/// dbt's, and `include` or `exclude` of warn_error_options. `command_line` and `project_flags` are
/// as given.
void report_old_flags(const base::DataMap& command_line, const base::DataMap& project_flags,
                      const base::Env& env, diag::Sink& sink);

}  // namespace weft::config
