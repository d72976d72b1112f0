// Flags: every global setting of a command, after command line, environment, project file and user
// settings have been put together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "base/env.h"
#include "diag/diagnostic.h"
#include "diag/source.h"

namespace weft::config {

/// What a warning does: see warn_error_options.
struct WarnErrorOptions {
  bool error_all = false;
  std::vector<std::string> error, warn, silence;
};

enum class WarningAction { Silence, Warn, Error };
/// For a warning of this event class ("NoNodeForYamlKey"). A name of its own is stronger than
/// `Deprecations`, which is stronger than `all`; silence is stronger than warn, and warn than
/// error.
WarningAction warning_action(const WarnErrorOptions& options, std::string_view event,
                             bool is_deprecation = false);

/// Where a flag's value came from; later ones are weaker.
enum class FlagOrigin { CommandLine, Environment, Project, User, Default };

/// Values by dbt's flag names in lower snake case ("full_refresh", "warn_error"). Typed as the flag
/// is: bools, ints, strings, lists. Project behaviour flags are among them.
class Flags {
 public:
  bool get_bool(std::string_view name) const;
  int64_t get_int(std::string_view name) const;
  /// Empty when the flag has no value.
  std::string get_string(std::string_view name) const;
  std::vector<std::string> get_list(std::string_view name) const;
  /// Null when the flag is unknown.
  const base::Data* find(std::string_view name) const;
  FlagOrigin origin(std::string_view name) const;
  void set(std::string_view name, base::Data value, FlagOrigin origin);

  /// All in a stable order, for `flags` in templates and `args` in run_results.json.
  const base::DataMap& all() const { return values_; }

  WarnErrorOptions warn_error_options;

 private:
  base::DataMap values_;
  std::vector<std::pair<std::string, FlagOrigin>> origins_;
};

/// One global or command flag as cli and environment know it.
struct FlagSpec {
  enum class Type { Bool, Int, String, List, Yaml, Choice };
  std::string_view name;
  Type type = Type::Bool;
  /// JSON text of the default.
  std::string_view default_json;
  /// DBT_<name> and DBT_ENGINE_<name>; empty when there is no variable. `old_variable` is a former
  /// name.
  std::string_view variable = {};
  std::string_view old_variable = {};
  /// Allowed values of a Choice, separated by '|'.
  std::string_view choices = {};
  /// May stand under `flags:` of dbt_project.yml and in user_settings.yml.
  bool in_project = false;
};

/// All flags there are, global ones, per-command ones and project behaviour flags.
const std::vector<FlagSpec>& flag_specs();

/// Every variable that sets a flag has two names, DBT_X and DBT_ENGINE_X. Gives both the value of
/// the one that is set, DBT_ENGINE_X first, so that env_var() finds either.
void share_flag_variables(base::Env& env);

/// Puts the values together: command line (already typed) > environment > `project_flags` (the
/// `flags:` map of dbt_project.yml) > ~/.dbt/user_settings.yml > defaults.
diag::Result<Flags> resolve_flags(const base::DataMap& command_line, const base::Env& env,
                                  const base::DataMap& project_flags, diag::Sources& sources);

}  // namespace weft::config
