#include "manifest/manifest.h"

#include <array>

#include "manifest/artifacts.h"
#include "manifest/json_text.h"

namespace weft::manifest {
namespace {

/// In order of the enumerators.
constexpr std::array<std::string_view, 14> kTypeNames = {
    "model",    "seed",   "snapshot", "test",   "analysis",       "operation",   "sql_operation",
    "function", "source", "exposure", "metric", "semantic_model", "saved_query", "unit_test"};

}  // namespace

std::string_view resource_type_name(ResourceType type) {
  return kTypeNames[static_cast<size_t>(type)];
}

std::optional<ResourceType> parse_resource_type(std::string_view name) {
  for (size_t i = 0; i < kTypeNames.size(); ++i)
    if (kTypeNames[i] == name)
      return static_cast<ResourceType>(i);
  return std::nullopt;
}

bool is_executable_node(ResourceType type) { return type <= ResourceType::SqlOperation; }

bool is_refable(ResourceType type) {
  return type == ResourceType::Model || type == ResourceType::Seed ||
         type == ResourceType::Snapshot || type == ResourceType::Function;
}

std::string_view Config::text(std::string_view key) const {
  const base::Data* value = values.find(key);
  return value == nullptr ? std::string_view() : value->string_or("");
}

bool Config::flag(std::string_view key, bool fallback) const {
  const base::Data* value = values.find(key);
  return value == nullptr ? fallback : value->bool_or(fallback);
}

NodeId Manifest::find(std::string_view unique_id) const {
  auto found = node_by_unique_id.find(std::string(unique_id));
  return found == node_by_unique_id.end() ? NodeId() : found->second;
}

const Config& ConfigInterner::config(ConfigId id) const {
  size_t settled = manifest_.configs.size();
  return id.index() < settled ? manifest_.configs[id.index()] : waiting_[id.index() - settled];
}

std::string config_json(const base::DataMap& values) {
  std::string json;
  JsonText(json).map(values);
  json.shrink_to_fit();
  return json;
}

ConfigInterner::ConfigInterner(Manifest& manifest) : manifest_(manifest) {
  for (size_t i = 0; i < manifest.configs.size(); ++i)
    by_hash_.emplace(std::hash<std::string_view>()(manifest.configs[i].json), ConfigId(i));
}

ConfigId ConfigInterner::intern(base::DataMap values) {
  std::string json = config_json(values);
  size_t hash = std::hash<std::string_view>()(json);
  std::lock_guard lock(mutex_);
  auto [begin, end] = by_hash_.equal_range(hash);
  for (auto found = begin; found != end; ++found) {
    if (config(found->second).json == json)
      return found->second;
  }
  ConfigId id(manifest_.configs.size() + waiting_.size());
  by_hash_.emplace(hash, id);
  waiting_.push_back({std::move(values), std::move(json)});
  if (!is_held_)
    settle_waiting();
  return id;
}

void ConfigInterner::settle() {
  std::lock_guard lock(mutex_);
  is_held_ = false;
  settle_waiting();
}

void ConfigInterner::settle_waiting() {
  for (Config& config : waiting_)
    manifest_.configs.push_back(std::move(config));
  waiting_.clear();
}

}  // namespace weft::manifest
