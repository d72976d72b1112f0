// deps --add-package: a new entry in packages.yml.
#pragma once

#include "config/packages.h"

namespace weft::config {

struct AddedPackage {
  /// Hub name, git URL or local path.
  std::string name;
  /// "1.0.0", or a range such as ">=1.0.0,<2.0.0"; may be empty for local packages.
  std::string version;
  /// hub, git or local.
  std::string source = "hub";
};

/// Writes the entry behind those of packages.yml (or dependencies.yml when the packages stand
/// there), which is made when there is none. Entries of the same package are removed, as dbt finds
/// them: by name, with `-` and `_` alike, in any kind of source.
diag::Status add_package(const Project& root, const AddedPackage& package, const base::Env& env,
                         diag::Sources& sources, diag::Sink& sink, const InstallProgress& progress);

/// True when `location` of an entry names the package, whole or behind a `/` or `.`.
bool names_same_package(std::string_view location, const std::string& name);

}  // namespace weft::config
