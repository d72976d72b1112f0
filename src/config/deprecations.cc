#include "config/deprecations.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "config/flags.h"

namespace weft::config {
namespace {

using base::Data;
using diag::Code;
using diag::Diagnostic;

constexpr std::string_view kPrefix = "DBT_ENGINE_";

/// Variables that begin with the prefix and are no flags.
constexpr std::string_view kOtherVariables[] = {
    "DBT_ENGINE_INVOCATION_ENV",  "DBT_ENGINE_RECORDED_FILE_PATH", "DBT_ENGINE_TEST_STATE_MODIFIED",
    "DBT_ENGINE_PACKAGE_HUB_URL", "DBT_ENGINE_DOWNLOAD_DIR",       "DBT_ENGINE_PP_FILE_DIFF_TEST",
    "DBT_ENGINE_PP_TEST",         "DBT_ENGINE_RECORDER_MODE",      "DBT_ENGINE_RECORDER_FILE_PATH",
    "DBT_ENGINE_RECORDER_TYPES"};

std::string engine_name(std::string_view variable) {
  if (base::starts_with(variable, kPrefix))
    return std::string(variable);
  return std::string(kPrefix) + std::string(variable.substr(4));
}

void report_renamed_path(const Fields& fields, std::string_view key, std::string_view new_key,
                         Code code, diag::Sink& sink) {
  if (!fields.has(key))
    return;
  Diagnostic d;
  d.code = code;
  d.message = fmt::format("`{}` is called `{}` now", key, new_key);
  d.span = fields.key_span(key);
  d.hint = fmt::format("rename it to `{}`", new_key);
  d.legacy_text = fmt::format(
      "The `{}` config has been renamed to `{}`. Please update your `dbt_project.yml` "
      "configuration to reflect this change.",
      key, new_key);
  d.event_data.set("deprecated_path", Data(key));
  d.event_data.set("exp_path", Data(new_key));
  sink.report(std::move(d));
}

void report_moved_path(const Fields& fields, std::string_view key, std::string_view usual,
                       std::string_view what, std::string_view variable, Code code,
                       diag::Sink& sink) {
  const Data* value = fields.find(key);
  if (value == nullptr || value->string_or("") == usual)
    return;
  Diagnostic d;
  d.code = code;
  d.message = fmt::format("`{}` of dbt_project.yml is on its way out", key);
  d.span = fields.key_span(key);
  d.hint = fmt::format("use --{} or the variable {}", key, variable);
  d.legacy_text = fmt::format(
      "The `{0}` config in `dbt_project.yml` has been deprecated, and will no longer be supported "
      "in a future version of dbt-core. If you wish to write dbt {1} to a custom directory, please "
      "use the --{0} CLI flag or {2} env var instead.",
      key, what, variable);
  d.event_data.set("deprecated_path", Data(key));
  sink.report(std::move(d));
}

void report_renamed_variables(const base::Env& env, diag::Sink& sink) {
  for (const FlagSpec& spec : flag_specs()) {
    if (spec.old_variable.empty() || !env.variable(spec.old_variable))
      continue;
    std::string name = engine_name(spec.variable);
    Diagnostic d;
    d.code = Code::EnvVarRenamed;
    d.message = fmt::format("the variable `{}` is called `{}` now", spec.old_variable, name);
    d.hint = fmt::format("set `{}` and unset `{}`", name, spec.old_variable);
    d.legacy_text = fmt::format(
        "The environment variable `{0}` has been renamed as `{1}`.\nIf `{0}` is currently set, its "
        "value will be used instead of `{1}`.\nSet `{1}` and unset `{0}` to avoid this deprecation "
        "warning and ensure it works properly in a future release.",
        spec.old_variable, name);
    d.event_data.set("old_name", Data(spec.old_variable));
    d.event_data.set("new_name", Data(name));
    sink.report(std::move(d));
  }
}

void report_reserved_variables(const base::Env& env, diag::Sink& sink) {
  std::set<std::string> known(std::begin(kOtherVariables), std::end(kOtherVariables));
  for (const FlagSpec& spec : flag_specs()) {
    if (!spec.variable.empty())
      known.insert(engine_name(spec.variable));
  }
  for (const auto& [name, value] : env.variables) {
    if (!base::starts_with(name, kPrefix) || known.count(name) > 0)
      continue;
    Diagnostic d;
    d.code = Code::EnvVarReserved;
    d.message = fmt::format("the variable `{}` sets nothing, but its prefix is reserved", name);
    std::vector<std::string> names(known.begin(), known.end());
    if (std::optional<std::string> near = base::nearest(name, names))
      d.hint = fmt::format("did you mean `{}`?", *near);
    d.legacy_text = fmt::format(
        "Found custom environment variable `{0}` in the environment. The prefix `{1}` is reserved "
        "for dbt engine environment variables. Custom environment variables with the prefix `{1}` "
        "may cause collisions and runtime errors.",
        name, kPrefix);
    d.event_data.set("env_var", Data(name));
    d.event_data.set("reserved_prefix", Data(kPrefix));
    sink.report(std::move(d));
  }
}

void report_include_exclude(const Data* options, diag::Sink& sink) {
  if (options == nullptr || !options->is_map())
    return;
  bool include = options->get("include") != nullptr, exclude = options->get("exclude") != nullptr;
  if (!include && !exclude)
    return;
  Diagnostic d;
  d.code = Code::WarnErrorIncludeExclude;
  d.message = "warn_error_options has `include` or `exclude`, which have new names";
  d.hint = "write `error` for `include`, and `warn` for `exclude`";
  d.legacy_text = fmt::format("Found {}{}{} in `warn_error_options` specification.{}{}",
                              include ? "`include`" : "", include && exclude ? " and " : "",
                              exclude ? "`exclude`" : "",
                              include ? " Please use `error` instead of `include`." : "",
                              exclude ? " Please use `warn` instead of `exclude`." : "");
  d.event_data.set("found_include", Data(include));
  d.event_data.set("found_exclude", Data(exclude));
  sink.report(std::move(d));
}

}  // namespace

void report_old_paths(const Fields& fields, diag::Sink& sink) {
  report_renamed_path(fields, "source-paths", "model-paths", Code::ConfigSourcePath, sink);
  report_renamed_path(fields, "data-paths", "seed-paths", Code::ConfigDataPath, sink);
  report_moved_path(fields, "log-path", "logs", "logs", "DBT_LOG_PATH", Code::ConfigLogPath, sink);
  report_moved_path(fields, "target-path", "target", "artifacts", "DBT_TARGET_PATH",
                    Code::ConfigTargetPath, sink);
}

void report_old_package_folder(const Project& project, diag::Sink& sink) {
  const std::vector<std::string>& targets = project.clean_targets;
  auto is_cleaned = [&](const std::string& folder) {
    return std::find(targets.begin(), targets.end(), folder) != targets.end();
  };
  if (!is_cleaned("dbt_modules") || is_cleaned(project.packages_install_path))
    return;
  Diagnostic d;
  d.code = Code::PackageInstallPath;
  d.message = fmt::format("`clean-targets` has dbt_modules, but packages are in {}",
                          project.packages_install_path);
  if (project.document && project.document->root) {
    const yaml::Entry* entry = project.document->root->find_entry("clean-targets");
    d.span = entry == nullptr ? diag::Span{} : entry->key_span;
  }
  d.hint = "replace it by dbt_packages";
  d.legacy_text =
      "The default package install path has changed from `dbt_modules` to `dbt_packages`. Please "
      "update `clean-targets` in `dbt_project.yml` and check `.gitignore` as well. Or, set "
      "`packages-install-path: dbt_modules` if you'd like to keep the current value.";
  sink.report(std::move(d));
}

void report_old_flags(const base::DataMap& command_line, const base::DataMap& project_flags,
                      const base::Env& env, diag::Sink& sink) {
  report_renamed_variables(env, sink);
  report_reserved_variables(env, sink);
  report_include_exclude(command_line.find("warn_error_options"), sink);
  report_include_exclude(project_flags.find("warn_error_options"), sink);
}

}  // namespace weft::config
