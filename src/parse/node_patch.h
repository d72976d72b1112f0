// What a properties entry and the configuration put on a node: shared by all kinds that have SQL.
#pragma once

#include "context/worker.h"
#include "parse/descriptions.h"
#include "parse/node_config.h"
#include "parse/state.h"

namespace weft::parse {

/// Entries by "section.package.name".
class EntryIndex {
 public:
  explicit EntryIndex(State& state);
  /// PendingNode::kNoEntry when there is none.
  size_t find(std::string_view section, const std::string& package, const std::string& name) const;

 private:
  std::unordered_map<std::string, size_t> rows_;
};

/// Makes the final configuration and puts everything it and `entry` say on the node: names, tags,
/// meta, docs, group, access, description, columns, constraints, contract. `entry` may be null.
void finish_node(State& state, context::Worker& worker, ConfigBuilder& configs, Node& node,
                 const Entry* entry, const base::Data& entry_data,
                 const base::DataMap& inline_config);

/// Appends the row. Disabled ones are in no map. Two enabled rows with one id are reported.
NodeId add_node(State& state, Node node);

/// Refs, sources, configuration and macros that the text gave.
void take_capture(Node& node, context::Capture& capture);

/// Arguments, return type and overloads of a function's entry.
void read_function(const base::Data& entry, manifest::FunctionFields& function);

/// Renders the node's hooks for the refs and macros in them.
void render_hooks(State& state, context::Worker& worker, Node& node, const base::DataMap& config);

}  // namespace weft::parse
