#include "config/vars.h"

namespace weft::config {
namespace {

using base::Data;
using base::DataMap;

/// Names of mappings under `vars:` that hold the variables of one package.
bool is_package(std::string_view name, const Project& root, const std::vector<Project>& packages) {
  if (name == root.name)
    return true;
  for (const Project& package : packages) {
    if (package.name == name)
      return true;
  }
  return false;
}

void merge_into(DataMap& target, const DataMap* layer) {
  if (!layer)
    return;
  for (const base::DataEntry& entry : *layer)
    target.set(entry.key, entry.value);
}

const DataMap* map_at(const DataMap& map, std::string_view key) {
  const Data* value = map.find(key);
  return value && value->is_map() ? &value->as_map() : nullptr;
}

}  // namespace

Vars::Vars(const DataMap& cli_vars, const Project& root, const std::vector<Project>& packages)
    : cli_(cli_vars), root_name_(root.name) {
  for (const base::DataEntry& entry : root.vars) {
    root_global_.set(entry.key, entry.value);
    if (entry.value.is_map() && is_package(entry.key, root, packages))
      root_scoped_.set(entry.key, entry.value);
  }
  for (const Project& package : packages) {
    // Within a package, what it sets for itself by name is stronger than what it sets for all.
    DataMap own = package.vars;
    merge_into(own, map_at(package.vars, package.name));
    own_.set(package.name, std::move(own));
  }
}

const Data* Vars::find(std::string_view package, std::string_view name) const {
  if (const Data* value = cli_.find(name))
    return value;
  if (const DataMap* scoped = map_at(root_scoped_, package)) {
    if (const Data* value = scoped->find(name))
      return value;
  }
  if (const Data* value = root_global_.find(name))
    return value;
  const DataMap* own = map_at(own_, package);
  return own ? own->find(name) : nullptr;
}

DataMap Vars::visible(std::string_view package) const {
  DataMap result;
  merge_into(result, map_at(own_, package));
  merge_into(result, &root_global_);
  merge_into(result, map_at(root_scoped_, package));
  merge_into(result, &cli_);
  return result;
}

}  // namespace weft::config
