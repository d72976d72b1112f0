// Vars: var() with dbt's scoping. Safe to read from several threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "config/project.h"

namespace weft::config {

class Vars {
 public:
  Vars() = default;
  /// `packages` are the installed ones; all are read now and not kept.
  Vars(const base::DataMap& cli_vars, const Project& root, const std::vector<Project>& packages);

  /// Command line > root's vars for `package` > root's global vars > the package's own. Null when
  /// unset.
  const base::Data* find(std::string_view package, std::string_view name) const;
  /// All names visible from `package` with their values, for messages.
  base::DataMap visible(std::string_view package) const;
  /// What --vars says.
  const base::DataMap& command_line() const { return cli_; }

 private:
  base::DataMap cli_;
  base::DataMap root_global_;
  std::string root_name_;
  /// package -> what the root sets for it, and what it sets itself.
  base::DataMap root_scoped_;
  base::DataMap own_;
};

}  // namespace weft::config
