// The relation a node stands for.
#pragma once

#include "adapter/relation.h"
#include "config/project.h"
#include "manifest/manifest.h"

namespace weft::context {

/// Prefix of the names under which ephemeral models stand in a query.
inline constexpr std::string_view kCtePrefix = "__dbt__cte__";

/// Database, schema and alias of the node with its quoting: the root project's rule, then the
/// node's own `quoting` configuration. Sources: with their own quoting.
adapter::Relation relation_of(const manifest::Manifest& manifest, const manifest::Node& node,
                              const config::Quoting& root_quoting);
/// The same from parts, while the node has no configuration yet.
adapter::Relation relation_of(const manifest::Node& node, const base::DataMap& config,
                              const config::Quoting& root_quoting);
/// An ephemeral model as the name of its common table expression.
adapter::Relation cte_relation(const manifest::Node& node);

}  // namespace weft::context
