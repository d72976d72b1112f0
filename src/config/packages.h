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
  bool warn_unpinned = true;
  bool install_prerelease = false;
  diag::Span span;
};

/// Packages asked for by packages.yml or dependencies.yml; none when neither file exists.
diag::Result<std::vector<PackageSpec>> read_package_specs(const std::string& root,
                                                          const RenderContext& context,
                                                          diag::Sources& sources, diag::Sink& sink);

struct InstallRequest {
  bool lock_only = false;
  bool upgrade = false;
  /// One line of progress.
  std::function<void(std::string_view)> progress;
};

/// Resolves (also packages of packages), installs under packages_install_path and writes
/// package-lock.yml. Local packages become links; git is run with an argument list, without prompts.
diag::Result<std::vector<PackageSpec>> install_packages(const Project& root,
                                                        const InstallRequest& request,
                                                        const RenderContext& context,
                                                        diag::Sources& sources, diag::Sink& sink);

}  // namespace weft::config
