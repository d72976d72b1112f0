// Environment variables that are known by how their names begin.
#pragma once

#include <string_view>

#include "base/data.h"
#include "base/env.h"

namespace weft::config {

/// Variables of the environment and of --vars that are called so hold secrets: their values are
/// masked, and env_var() gives them in profiles.yml and packages.yml only.
inline constexpr std::string_view kSecretPrefix = "DBT_ENV_SECRET";

/// DBT_ENV_CUSTOM_ENV_X as X: what artifacts, events and `dbt_metadata_envs` carry along.
base::DataMap custom_variables(const base::Env& env);

}  // namespace weft::config
