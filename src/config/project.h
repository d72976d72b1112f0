// Project: dbt_project.yml, rendered and checked, of the root or of an installed package.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/data.h"
#include "base/env.h"
#include "diag/diagnostic.h"
#include "diag/sink.h"
#include "diag/source.h"
#include "yaml/document.h"

namespace weft::jinja {
class Names;
}

namespace weft::config {

/// Quoting of the parts of a relation's name.
struct Quoting {
  std::optional<bool> database, schema, identifier, column;
};

struct DispatchRule {
  std::string macro_namespace;
  std::vector<std::string> search_order;
};

struct QueryComment {
  /// Jinja text; nothing means no comment.
  std::optional<std::string> comment;
  bool append = false;
  bool job_label = false;
  /// The user set it (else it is dbt's default comment).
  bool is_custom = false;
};

/// The kinds that have a config tree in dbt_project.yml, by their YAML key.
struct ConfigTrees {
  base::DataMap models, seeds, snapshots, analyses, sources, data_tests, unit_tests, functions,
      metrics, semantic_models, saved_queries, exposures;
};

struct Project {
  std::string name;
  std::string version;
  /// Absolute.
  std::string root;
  std::string profile_name;
  std::vector<std::string> model_paths, seed_paths, test_paths, analysis_paths, macro_paths,
      snapshot_paths, function_paths, docs_paths, asset_paths;
  std::string target_path = "target", log_path = "logs", packages_install_path = "dbt_packages";
  std::vector<std::string> clean_targets;
  Quoting quoting;
  std::vector<std::string> on_run_start, on_run_end;
  std::vector<std::string> require_dbt_version;
  std::vector<DispatchRule> dispatch;
  /// Rendered trees; hooks are raw Jinja. `unrendered` has the trees as written, for state
  /// comparison.
  ConfigTrees trees, unrendered;
  base::DataMap vars;
  QueryComment query_comment;
  bool restrict_access = false;
  base::DataMap flags;
  /// The file, for spans of messages about keys of the trees. Shared with nobody.
  std::shared_ptr<const yaml::Document> document;
  diag::SourceId source;
};

/// What dbt_project.yml, profiles.yml and packages.yml may use in Jinja: env_var, var, target.
struct RenderContext {
  const base::Env& env;
  /// --vars, and vars.yml at the root.
  const base::DataMap& cli_vars;
  /// Keys of the profile's target; null while the profile is not known yet.
  const base::DataMap* target = nullptr;
  /// env_var may give DBT_ENV_SECRET… (profiles.yml and packages.yml only).
  bool secrets_allowed = false;
  /// Receives each secret's value that was read, for masking. May be null.
  std::vector<std::string>* secrets_read = nullptr;
  /// Receives each variable that was read with its value, for the parse cache. May be null.
  std::vector<std::pair<std::string, std::string>>* variables_read = nullptr;
  /// Names of a higher module (`modules`, `zip`, ...); asked when no other is known. May be null.
  jinja::Names* more = nullptr;
};

/// Absolute path of the folder that holds dbt_project.yml: --project-dir, or the nearest ancestor
/// of the working directory.
diag::Result<std::string> find_project_root(const base::Env& env, std::string_view project_dir);

/// Only name, profile, flags and paths: what is needed before the profile can be read. Warnings
/// about the file are left to load_project, but for those about paths. `cli_vars` and `more` (see
/// RenderContext) may be null.
diag::Result<Project> load_project_partial(const std::string& root, const base::Env& env,
                                           diag::Sources& sources, diag::Sink& sink,
                                           const base::DataMap* cli_vars = nullptr,
                                           jinja::Names* more = nullptr);

/// The `vars:` of vars.yml at the project's root; empty when there is no such file.
diag::Result<base::DataMap> load_vars_file(const std::string& root, const base::Env& env,
                                           diag::Sources& sources, diag::Sink& sink);

/// The whole file. `is_root` renders with the command line's vars and reads vars.yml.
diag::Result<Project> load_project(const std::string& root, bool is_root,
                                   const RenderContext& context, diag::Sources& sources,
                                   diag::Sink& sink);

/// The root's installed packages, in order of their names; an error names `weft deps` when
/// packages.yml asks for more than is installed.
diag::Result<std::vector<Project>> load_packages(const Project& root, const RenderContext& context,
                                                 diag::Sources& sources, diag::Sink& sink);

/// Checks require-dbt-version against the version we report.
diag::Status check_required_version(const Project& project);

/// The version of dbt whose behaviour and artifacts weft has.
inline constexpr std::string_view kDbtVersion = "1.12.6";
inline constexpr std::string_view kWeftVersion = "0.1.0";

}  // namespace weft::config
