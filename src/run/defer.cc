#include "run/defer.h"

#include "context/relations.h"

namespace weft::run {
namespace {

using base::Data;
using manifest::Node;
using manifest::NodeId;

std::optional<std::string> text_member(const Data& row, std::string_view key) {
  const Data* value = row.get(key);
  if (value == nullptr || !value->is_string())
    return std::nullopt;
  return value->as_string();
}

bool is_ephemeral(const Data& config) {
  const Data* materialized = config.get("materialized");
  return materialized != nullptr && materialized->string_or("") == "ephemeral";
}

}  // namespace

context::Deferred deferred_relations(const context::Shared& shared,
                                     const manifest::StateManifest& state,
                                     const graph::NodeSet& selected, bool favor_state) {
  context::Deferred made;
  made.favor_state = favor_state;
  for (const auto& [unique_id, row] : state.nodes) {
    NodeId id = shared.manifest.find(unique_id);
    if (!id.valid() || !manifest::is_refable(shared.manifest.node(id).type))
      continue;
    const Data* config = row.get("config");
    if (config == nullptr || !config->is_map() || is_ephemeral(*config))
      continue;
    Node former;
    former.type = shared.manifest.node(id).type;
    former.database = text_member(row, "database");
    former.schema = text_member(row, "schema").value_or("");
    former.alias = text_member(row, "alias").value_or(shared.manifest.node(id).alias);
    made.relations[unique_id] = {
        context::relation_of(former, config->as_map(), shared.root.quoting), selected.contains(id)};
  }
  return made;
}

}  // namespace weft::run
