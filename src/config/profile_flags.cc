#include "config/profile_flags.h"

#include "base/paths.h"
#include "yaml/document.h"

namespace weft::config {

diag::Result<base::DataMap> flags_of_profiles(const ProfileRequest& request,
                                              const base::DataMap& project_flags,
                                              const base::Env& env, diag::Sink& sink) {
  std::string path = base::join_path(profiles_directory(request, env), "profiles.yml");
  auto text = env.files.read(path);
  if (!text)
    return base::DataMap();
  // A table of its own: this text may hold passwords, and no excerpt of it is ever shown.
  diag::Sources sources;
  auto data = yaml::parse_data(*text, path, sources);
  if (!data)
    return base::DataMap();
  const base::Data* config = data->get("config");
  if (config == nullptr || !config->is_map() || config->as_map().empty())
    return base::DataMap();
  // A profile may be called `config`, too.
  if (config->get("outputs") != nullptr)
    return base::DataMap();
  if (!project_flags.empty()) {
    diag::Diagnostic error;
    error.code = diag::Code::ProjectInvalid;
    error.message = "profiles.yml has `config` and dbt_project.yml has `flags`";
    error.hint = "move all of it to `flags` of dbt_project.yml";
    error.legacy_text =
        "Runtime Error\n  Do not specify both 'config' in profiles.yml and 'flags' in "
        "dbt_project.yml. Using 'config' in profiles.yml is deprecated.";
    return error;
  }
  diag::Diagnostic warning;
  warning.code = diag::Code::FlagsMoved;
  warning.message = "profiles.yml has flags under `config`";
  warning.hint = "move them to `flags` of dbt_project.yml";
  warning.legacy_text =
      "User config should be moved from the 'config' key in profiles.yml to the 'flags' key in "
      "dbt_project.yml.";
  sink.report(std::move(warning));
  return config->as_map();
}

}  // namespace weft::config
