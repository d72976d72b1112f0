// Where dbt_project.yml sets a configuration of a node.
#pragma once

#include <optional>
#include <string_view>

#include "parse/state.h"

namespace weft::parse {

/// The value in the dbt_project.yml of the root or of the node's package that gives the node this
/// configuration; nothing when neither file has it, or has it as a template.
std::optional<diag::Span> place_in_project(const State& state, const Node& node,
                                           std::string_view key, const base::Data& value);

}  // namespace weft::parse
