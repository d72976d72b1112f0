#include "manifest/manifest.h"

#include <array>

#include "base/json.h"

namespace weft::manifest {
namespace {

constexpr std::array<std::string_view, 14> kNames = {
    "model",  "seed",     "snapshot", "test",           "analysis",    "operation", "sql_operation",
    "function", "source", "exposure", "metric", "semantic_model", "saved_query", "unit_test"};

}  // namespace

std::string_view resource_type_name(ResourceType type) {
  return kNames[static_cast<size_t>(type)];
}

std::optional<ResourceType> parse_resource_type(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name)
      return static_cast<ResourceType>(i);
  }
  return std::nullopt;
}

bool is_executable_node(ResourceType type) { return type < ResourceType::Function; }

bool is_refable(ResourceType type) {
  return type == ResourceType::Model || type == ResourceType::Seed ||
         type == ResourceType::Snapshot || type == ResourceType::Function;
}

std::string_view Config::text(std::string_view key) const {
  const base::Data* value = find(key);
  return value == nullptr ? std::string_view() : value->string_or("");
}

bool Config::flag(std::string_view key, bool fallback) const {
  const base::Data* value = find(key);
  return value == nullptr || value->is_null() ? fallback : value->truthy();
}

NodeId Manifest::find(std::string_view unique_id) const {
  auto found = node_by_unique_id.find(std::string(unique_id));
  return found == node_by_unique_id.end() ? NodeId() : found->second;
}

ConfigId ConfigInterner::intern(base::DataMap values) {
  std::string json = base::to_json(base::Data(values));
  auto [place, is_new] = by_json_.emplace(json, ConfigId(manifest_.configs.size()));
  if (is_new)
    manifest_.configs.push_back({std::move(values), std::move(json)});
  return place->second;
}

}  // namespace weft::manifest
