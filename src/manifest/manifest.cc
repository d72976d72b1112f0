#include "manifest/manifest.h"

#include <array>

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

ConfigId ConfigInterner::intern(base::DataMap values) {
  std::string json;
  JsonText(json).map(values);
  auto [found, is_new] = by_json_.try_emplace(json, ConfigId(manifest_.configs.size()));
  if (is_new)
    manifest_.configs.push_back({std::move(values), std::move(json)});
  return found->second;
}

}  // namespace weft::manifest
