// The final configuration of a node: dbt's defaults, the trees of dbt_project.yml, its properties
// entry, its own config() calls, and the root's tree over those of packages.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/data.h"
#include "manifest/manifest.h"
#include "parse/state.h"

namespace weft::parse {

/// All declared keys of the kind with their defaults, in dbt's order.
const base::DataMap& default_config(ResourceType type);

/// The key under which the kind's tree stands in dbt_project.yml.
const base::DataMap& config_tree(const config::ConfigTrees& trees, ResourceType type);

class ConfigBuilder {
 public:
  explicit ConfigBuilder(const State& state);

  /// `patch` is the entry's `config`, `inline_config` what config() calls gave; both may be empty.
  base::DataMap build(ResourceType type, const std::string& package,
                      const std::vector<std::string>& fqn, const base::DataMap& patch,
                      const base::DataMap& inline_config);
  /// Of a group: dbt applies the models' tree to it.
  base::DataMap of_group(const std::string& package, const std::vector<std::string>& fqn,
                         const base::DataMap& patch);
  /// The same without defaults and unrendered, for state comparison.
  base::DataMap unrendered(ResourceType type, const std::string& package,
                           const std::vector<std::string>& fqn, const base::DataMap& patch,
                           const base::DataMap& inline_config);

 private:
  base::DataMap layered(base::DataMap config, ResourceType type, const std::string& package,
                        const std::vector<std::string>& fqn, const base::DataMap& patch,
                        const base::DataMap& inline_config) const;
  /// What the trees of one project say for the fqn, defaults included when `base` is given.
  void apply_tree(const base::DataMap& tree, const std::vector<std::string>& fqn,
                  base::DataMap& config) const;

  const State& state_;
};

/// Keys of an entry that belong to its configuration though they stand beside `config:`, and
/// `config` itself, as one map.
base::DataMap entry_config(const base::Data& entry);

/// The same for state comparison: keys as written, and values as written where `config`, the entry's
/// own mapping, is given.
base::DataMap unrendered_entry_config(const base::Data& entry, const yaml::Node* config);

/// Hooks become lists of {sql, transaction, index}; single tags lists; wrong values errors.
void normalize_config(base::DataMap& config);

}  // namespace weft::parse
