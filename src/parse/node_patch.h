// What a properties entry and the configuration put on a node: shared by all kinds that have SQL.
#pragma once

#include <functional>

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
  /// An entry of another package, for a node that has none in its own: a project that replaces a
  /// package's disabled model keeps what the package says about it. `is_taken` tells whether the
  /// package has an enabled node of that name itself.
  size_t find_foreign(std::string_view section, const std::string& package, const std::string& name,
                      const std::function<bool(const std::string& package)>& is_taken) const;

 private:
  const State& state_;
  std::unordered_map<std::string, size_t> rows_;
  /// "section.name" -> rows.
  std::unordered_map<std::string, std::vector<size_t>> by_name_;
};

/// What the text of a node gave by config() calls, for comparison with other runs.
struct CallConfig {
  /// Merged over everything but the root project's own tree.
  base::DataMap unrendered;
  /// Of texts that dbt reads without rendering: put over everything, when no properties entry
  /// configures the node.
  base::DataMap over_all;
};

/// How dbt records the config() calls of a text. `is_model` allows reading it without rendering.
CallConfig call_config(const State& state, const Node& node, const context::Capture& capture,
                       bool is_model);

/// Makes the final configuration and puts everything it and `entry` say on the node: names, tags,
/// meta, docs, group, access, description, columns, constraints, contract. `entry` may be null.
void finish_node(State& state, context::Worker& worker, ConfigBuilder& configs, Node& node,
                 const Entry* entry, const base::Data& entry_data,
                 const base::DataMap& inline_config, const CallConfig& calls = {});

struct NamedPlace {
  const std::string& unique_id;
  const std::string& path;
};

/// dbt's words for two resources of one name. `wanted` is how they are referred to.
std::string duplicate_sentence(std::string_view kinds, std::string_view name,
                               std::string_view wanted, const NamedPlace& first,
                               const NamedPlace& second);

/// Appends the row. Disabled ones are in no map. Two enabled rows with one id are reported.
NodeId add_node(State& state, Node node);

/// Refs, sources, configuration and macros that the text gave.
void take_capture(Node& node, context::Capture& capture);

/// functions.cc: arguments and return type of a function's entry; wrong ones are reported.
void read_function(State& state, const Entry& entry, manifest::FunctionFields& function);
/// functions.cc: rendered functions that are overloads of others leave State::pending; what they
/// refer to becomes the other's.
void absorb_overloads(State& state);
/// functions.cc: sql, python or javascript, by the file's extension.
std::string_view function_language(std::string_view path);

/// Renders the node's hooks for the refs and macros in them.
void render_hooks(State& state, context::Worker& worker, Node& node, const base::DataMap& config);

}  // namespace weft::parse
