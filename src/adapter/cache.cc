#include "adapter/cache.h"

#include <algorithm>

#include "base/strings.h"

namespace weft::adapter {
namespace {

std::string schema_key(const Relation& relation) {
  return base::to_lower(relation.schema.value_or(""));
}

std::string name_key(const Relation& relation) {
  return base::to_lower(relation.identifier.value_or(""));
}

}  // namespace

void RelationCache::add_schema(std::string_view schema) {
  std::lock_guard lock(mutex_);
  schemas_[base::to_lower(schema)].is_complete = true;
}

bool RelationCache::knows_schema(std::string_view schema) const {
  std::lock_guard lock(mutex_);
  auto found = schemas_.find(base::to_lower(schema));
  return found != schemas_.end() && found->second.is_complete;
}

void RelationCache::add(const Relation& relation) {
  std::lock_guard lock(mutex_);
  schemas_[schema_key(relation)].relations[name_key(relation)] = relation;
}

void RelationCache::remove(const Relation& relation) {
  std::lock_guard lock(mutex_);
  auto found = schemas_.find(schema_key(relation));
  if (found != schemas_.end())
    found->second.relations.erase(name_key(relation));
}

void RelationCache::rename(const Relation& from, const Relation& to) {
  std::lock_guard lock(mutex_);
  auto schema = schemas_.find(schema_key(from));
  Relation renamed = to;
  if (schema != schemas_.end()) {
    auto old = schema->second.relations.find(name_key(from));
    if (old != schema->second.relations.end()) {
      if (renamed.type == RelationType::Unknown)
        renamed.type = old->second.type;
      schema->second.relations.erase(old);
    }
  }
  schemas_[schema_key(to)].relations[name_key(to)] = std::move(renamed);
}

void RelationCache::clear() {
  std::lock_guard lock(mutex_);
  schemas_.clear();
}

std::optional<Relation> RelationCache::find(std::string_view schema,
                                            std::string_view identifier) const {
  std::lock_guard lock(mutex_);
  auto found = schemas_.find(base::to_lower(schema));
  if (found == schemas_.end())
    return std::nullopt;
  auto relation = found->second.relations.find(base::to_lower(identifier));
  if (relation == found->second.relations.end())
    return std::nullopt;
  return relation->second;
}

std::vector<Relation> RelationCache::in_schema(std::string_view schema) const {
  std::vector<Relation> result;
  {
    std::lock_guard lock(mutex_);
    auto found = schemas_.find(base::to_lower(schema));
    if (found == schemas_.end())
      return result;
    for (const auto& [name, relation] : found->second.relations)
      result.push_back(relation);
  }
  std::sort(result.begin(), result.end(),
            [](const Relation& a, const Relation& b) { return a.identifier < b.identifier; });
  return result;
}

}  // namespace weft::adapter
