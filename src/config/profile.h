// Profile: the one output of profiles.yml that a command uses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/project.h"

namespace weft::config {

struct Credentials {
  std::string host, user, password, database, schema, role, search_path;
  int port = 5432;
  int connect_timeout_s = 10;
  int keepalives_idle_s = 0;
  int retries = 1;
  std::string sslmode, sslcert, sslkey, sslrootcert;
  std::string application_name = "dbt";
  bool autocommit = false;
  /// Start weft's own server under the project's .weft/ instead of connecting to `host`.
  bool embedded = false;
  /// Milliseconds; 0 leaves the server's setting.
  int statement_timeout_ms = 0, lock_timeout_ms = 0;
};

struct Profile {
  std::string name;
  std::string target_name;
  int threads = 1;
  Credentials credentials;
  /// What `target` holds in templates: every key that is no secret, plus name, profile_name,
  /// threads, type.
  base::DataMap target;
};

struct ProfileRequest {
  /// From dbt_project.yml or --profile.
  std::string profile_name;
  /// --target; empty for the profile's own.
  std::string target_name;
  /// --profiles-dir; empty to search the working directory, the project, then ~/.dbt.
  std::string profiles_dir;
  std::string project_root;
  /// --threads; 0 when not given.
  int threads = 0;
  /// --embedded: needs no profiles.yml at all.
  bool embedded = false;
};

/// Reads and renders the chosen output. The diagnostics name the file searched, the profile, the
/// targets there are; no excerpt shows a line that could hold a password.
diag::Result<Profile> load_profile(const ProfileRequest& request, const RenderContext& context,
                                   diag::Sources& sources, diag::Sink& sink);

/// Folder that holds profiles.yml for this request, whether it exists or not.
std::string profiles_directory(const ProfileRequest& request, const base::Env& env);

}  // namespace weft::config
