// The package hub: which versions of a package there are, and where their archives lie.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/env.h"
#include "config/packages.h"
#include "config/semver.h"

namespace weft::config {

struct HubVersion {
  Version number;
  /// As the hub writes it.
  std::string text;
  /// The project's name.
  std::string name;
  /// Address of the archive.
  std::string tarball;
  /// Hub packages that this version needs.
  std::vector<PackageSpec> packages;
  std::vector<std::string> require_dbt_version;
};

/// What the versions of one package have to satisfy, from everyone who asks for it.
struct HubRequest {
  std::string package;
  std::vector<std::string> ranges;
  bool allows_prerelease = false;
  diag::Span span;
};

/// Asks the hub of DBT_PACKAGE_HUB_URL, else dbt's, for each package once.
class Hub {
 public:
  /// `env` must outlive this.
  explicit Hub(const base::Env& env);

  /// Plain HTTP is only spoken to a hub whose address says so.
  bool is_plain_http() const;

  /// The highest version that satisfies all ranges and, unless `checks_version` is off, runs with
  /// the dbt that weft follows. The error tells what there is.
  diag::Result<const HubVersion*> choose(const HubRequest& request, bool checks_version);
  /// The highest version that could be installed, of a package that was chosen before.
  std::string latest(const HubRequest& request, bool checks_version) const;

 private:
  diag::Result<const std::vector<HubVersion>*> versions_of(const HubRequest& request);

  const base::Env& env_;
  std::string address_;
  std::map<std::string, std::vector<HubVersion>> known_;
};

/// The versions in the hub's answer for a package, lowest first; nothing when it is none.
std::optional<std::vector<HubVersion>> read_hub_answer(std::string_view json);

}  // namespace weft::config
