// Flags in profiles.yml: the former place of `flags` of dbt_project.yml.
#pragma once

#include "base/data.h"
#include "base/env.h"
#include "config/profile.h"
#include "diag/diagnostic.h"
#include "diag/sink.h"

namespace weft::config {

/// The mapping under `config` of profiles.yml; empty when there is none. A file that cannot be read
/// gives nothing: reading the profile will say so. Reports the deprecation; setting flags at both
/// places is an error.
diag::Result<base::DataMap> flags_of_profiles(const ProfileRequest& request,
                                              const base::DataMap& project_flags,
                                              const base::Env& env, diag::Sink& sink);

}  // namespace weft::config
