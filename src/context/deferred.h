// What --defer puts in the place of relations of the project.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "adapter/relation.h"
#include "manifest/manifest.h"

namespace weft::context {

class Worker;

/// The relation that a node had in the state.
struct DeferredRelation {
  adapter::Relation relation;
  /// The command builds the node itself.
  bool is_selected = false;
};

struct Deferred {
  /// By unique id.
  std::unordered_map<std::string, DeferredRelation> relations;
  /// --favor-state: what is not selected is read from the state even where it exists here.
  bool favor_state = false;
};

/// The relation that stands for `target` under --defer: the state's, when the node has none here or
/// the state is favoured. Nothing when its own is to be read. Raises on a database error.
std::optional<adapter::Relation> deferred_relation(Worker& worker, const manifest::Node& target);

/// The relation of this name that exists, from the cache or else the database. Raises on a database
/// error.
std::optional<adapter::Relation> find_existing(Worker& worker, const std::string& schema,
                                               const std::string& identifier);

}  // namespace weft::context
