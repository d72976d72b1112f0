#include "context/relations.h"

namespace weft::context {
namespace {

using adapter::Parts;
using adapter::Relation;

Parts root_parts(const config::Quoting& quoting) {
  return {quoting.database.value_or(true), quoting.schema.value_or(true),
          quoting.identifier.value_or(true)};
}

void apply(const base::DataMap& quoting, Parts& parts) {
  for (auto [name, part] :
       {std::pair{"database", &parts.database}, std::pair{"schema", &parts.schema},
        std::pair{"identifier", &parts.identifier}}) {
    const base::Data* value = quoting.find(name);
    if (value != nullptr && value->is_bool())
      *part = value->as_bool();
  }
}

adapter::RelationType type_of(const manifest::Node& node) {
  return node.type == manifest::ResourceType::Function ? adapter::RelationType::Function
                                                       : adapter::RelationType::Unknown;
}

}  // namespace

Relation relation_of(const manifest::Node& node, const base::DataMap& config,
                     const config::Quoting& root_quoting) {
  Relation relation;
  relation.database = node.database;
  relation.schema = node.schema;
  relation.identifier = node.source != nullptr ? node.source->identifier : node.alias;
  relation.type = type_of(node);
  // Sources are made by others: the project's quoting does not hold for them.
  relation.quote = root_parts(node.source == nullptr ? root_quoting : config::Quoting{});
  if (node.source != nullptr) {
    apply(node.source->quoting, relation.quote);
  } else if (const base::Data* quoting = config.find("quoting"); quoting && quoting->is_map()) {
    apply(quoting->as_map(), relation.quote);
  }
  return relation;
}

Relation relation_of(const manifest::Manifest& manifest, const manifest::Node& node,
                     const config::Quoting& root_quoting) {
  static const base::DataMap kNone;
  const base::DataMap& config = node.config.valid() ? manifest.config_of(node).values : kNone;
  return relation_of(node, config, root_quoting);
}

Relation cte_relation(const manifest::Node& node) {
  Relation relation;
  relation.identifier = std::string(kCtePrefix) + node.alias;
  relation.type = adapter::RelationType::Cte;
  relation.quote.identifier = false;
  return relation;
}

}  // namespace weft::context
