// packages.yml, dependencies.yml and package-lock.yml: what a project depends on, and `deps`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/project.h"

namespace weft::config {

struct PackageSpec {
  enum class Kind { Hub, Git, Local, Tarball, Private };
  Kind kind = Kind::Local;
  /// Hub name, git URL, local path or tarball URL, as written (secrets unrendered).
  std::string location;
  /// Rendered location; differs when env_var gave a secret.
  std::string rendered_location;
  /// Hub: version ranges. Git: the revision.
  std::vector<std::string> versions;
  std::string subdirectory;
  std::string name;
  /// Private packages: github, gitlab, ado or azure_devops.
  std::string provider;
  bool warn_unpinned = true;
  bool install_prerelease = false;
  /// The entry of the file, rendered and as written; what the lock file's hash is made of.
  base::DataMap entry, unrendered;
  diag::Span span;
};

/// Packages asked for by packages.yml or dependencies.yml; none when neither file exists.
diag::Result<std::vector<PackageSpec>> read_package_specs(const std::string& root,
                                                          const RenderContext& context,
                                                          diag::Sources& sources, diag::Sink& sink);

/// dbt's hash of the packages asked for, by which package-lock.yml tells whether it is up to date.
std::string packages_hash(const std::vector<PackageSpec>& specs);

/// One line of progress, with dbt's name and code for the event, and what it tells of.
struct InstallNews {
  std::string event, code, text;
  base::DataMap data = {};
};
using InstallProgress = std::function<void(const InstallNews&)>;

struct InstallRequest {
  bool lock_only = false;
  bool upgrade = false;
  /// Hub packages whose require_dbt_version leaves us out are passed over.
  bool checks_version = true;
  InstallProgress progress;
};

/// Packages of package-lock.yml with their names and pinned versions; none when there is no such
/// file. `hash` receives its sha1_hash and may be null.
diag::Result<std::vector<PackageSpec>> read_package_lock(const std::string& root,
                                                         const RenderContext& context,
                                                         diag::Sources& sources, diag::Sink& sink,
                                                         std::string* hash = nullptr);

/// Resolves (also packages of packages), installs under packages_install_path and writes
/// package-lock.yml. Local packages become links; git is run with an argument list, without
/// prompts.
diag::Result<std::vector<PackageSpec>> install_packages(const Project& root,
                                                        const InstallRequest& request,
                                                        const RenderContext& context,
                                                        diag::Sources& sources, diag::Sink& sink);

}  // namespace weft::config
