// RelationCache: the relations of the schemas a run works in. Safe from several threads.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapter/relation.h"

namespace weft::adapter {

class RelationCache {
 public:
  /// Schemas whose relations are all known; others must be asked from the server.
  void add_schema(std::string_view schema);
  bool knows_schema(std::string_view schema) const;
  void add(const Relation& relation);
  void remove(const Relation& relation);
  void rename(const Relation& from, const Relation& to);
  void clear();
  /// Names are compared ignoring case.
  std::optional<Relation> find(std::string_view schema, std::string_view identifier) const;
  /// In order of their names.
  std::vector<Relation> in_schema(std::string_view schema) const;

 private:
  mutable std::mutex mutex_;
  struct Schema {
    bool is_complete = false;
    std::unordered_map<std::string, Relation> relations;
  };
  std::unordered_map<std::string, Schema> schemas_;
};

}  // namespace weft::adapter
