#include "context/lookup.h"

#include <algorithm>

namespace weft::context {
namespace {

using manifest::Manifest;
using manifest::Node;
using manifest::ResourceType;

bool is_ref_target(ResourceType type) {
  return type == ResourceType::Model || type == ResourceType::Seed ||
         type == ResourceType::Snapshot;
}

bool is_latest(const Node& node) {
  return node.model != nullptr &&
         python_str(node.model->version) == python_str(node.model->latest_version);
}

std::string versioned_key(std::string_view name, const base::Data& version) {
  return std::string(name) + ".v" + python_str(version);
}

}  // namespace

NodeLookup::NodeLookup(const Manifest& manifest, LookupOptions options)
    : manifest_(manifest), options_(std::move(options)) {
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    NodeId id(i);
    const Node& node = manifest.nodes[i];
    Candidate candidate{id, manifest.is_disabled(id)};
    if (is_ref_target(node.type)) {
      bool versioned = node.model != nullptr && !node.model->version.is_null();
      if (versioned)
        refs_[versioned_key(node.name, node.model->version)].push_back(candidate);
      if (!versioned || is_latest(node))
        refs_[node.name].push_back(candidate);
    } else if (node.type == ResourceType::Source) {
      sources_[node.source->source_name + "." + node.name].push_back(candidate);
    } else if (node.type == ResourceType::Function) {
      functions_[node.name].push_back(candidate);
    }
  }
}

std::vector<std::string> NodeLookup::search_order(std::string_view node_package) const {
  if (node_package == options_.root_package || node_package.empty())
    return {options_.root_package};
  std::string own(node_package);
  if (options_.node_package_first)
    return {own, options_.root_package};
  return {options_.root_package, own};
}

NodeLookup::Found NodeLookup::search(const Table& table, std::string_view key,
                                     std::string_view package,
                                     std::string_view node_package) const {
  auto found = table.find(key);
  if (found == table.end())
    return {};
  const std::vector<Candidate>& candidates = found->second;
  auto first_in = [&](std::string_view wanted) -> const Candidate* {
    const Candidate* disabled = nullptr;
    for (const Candidate& candidate : candidates) {
      if (manifest_.node(candidate.id).package_name != wanted)
        continue;
      if (!candidate.is_disabled)
        return &candidate;
      disabled = &candidate;
    }
    return disabled;
  };
  std::vector<std::string> order =
      package.empty() ? search_order(node_package) : std::vector{std::string(package)};
  const Candidate* disabled = nullptr;
  for (const std::string& wanted : order) {
    const Candidate* candidate = first_in(wanted);
    if (candidate != nullptr && !candidate->is_disabled)
      return {candidate->id, false, {}};
    if (disabled == nullptr)
      disabled = candidate;
  }
  if (!package.empty())
    return disabled == nullptr ? Found{} : Found{disabled->id, true, {}};
  std::vector<NodeId> enabled;
  for (const Candidate& candidate : candidates) {
    if (!candidate.is_disabled)
      enabled.push_back(candidate.id);
    else if (disabled == nullptr)
      disabled = &candidate;
  }
  if (enabled.size() > 1)
    return {enabled.front(), false, enabled};
  if (!enabled.empty())
    return {enabled.front(), false, {}};
  return disabled == nullptr ? Found{} : Found{disabled->id, true, {}};
}

NodeLookup::Found NodeLookup::find_ref(std::string_view name, std::string_view package,
                                       const base::Data& version,
                                       std::string_view node_package) const {
  if (version.is_null())
    return search(refs_, name, package, node_package);
  return search(refs_, versioned_key(name, version), package, node_package);
}

NodeLookup::Found NodeLookup::find_source(std::string_view source, std::string_view table,
                                          std::string_view node_package) const {
  std::string key = std::string(source) + "." + std::string(table);
  return search(sources_, key, "", node_package);
}

NodeLookup::Found NodeLookup::find_function(std::string_view name, std::string_view package,
                                            std::string_view node_package) const {
  return search(functions_, name, package, node_package);
}

std::vector<std::string> NodeLookup::ref_names() const {
  std::vector<std::string> names;
  for (const auto& [name, candidates] : refs_)
    names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> NodeLookup::source_names() const {
  std::vector<std::string> names;
  for (const auto& [name, candidates] : sources_)
    names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace weft::context
