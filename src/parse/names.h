// generate_schema_name, generate_alias_name and generate_database_name: where a node's relation
// lives.
#pragma once

#include "context/worker.h"
#include "manifest/manifest.h"
#include "parse/state.h"

namespace weft::parse {

/// Fills State::default_names; macros must be known.
void find_default_names(State& state);

/// Sets database, schema, alias and relation_name from the configuration. Calls the project's
/// macros only where they replace weft's own; those are computed here.
void set_relation_names(State& state, context::Worker& worker, Node& node,
                        const base::DataMap& config);

}  // namespace weft::parse
