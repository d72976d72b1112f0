// Checks: what is said about a project once all of it is known. Each reports to the state's sink.
#pragma once

#include "base/data.h"
#include "parse/state.h"

namespace weft::parse {

/// model_dates.cc: models past their deprecation date, and references to such that have one.
void report_deprecated_models(State& state);

/// unused_config.cc: paths of dbt_project.yml that configure nothing.
void report_unused_config(State& state);

/// name_checks.cc: spaces in names, and one name for two kinds of resources.
void check_names(State& state);

/// config_checks.cc: the types of configuration values, and what only some kinds may be. The node
/// has its names and places already. False when something was reported.
bool check_config(State& state, const Node& node, const base::DataMap& config);
/// config_checks.cc: `access`, and properties that enable one of several equal resources.
void check_enabled_and_access(State& state);

/// constraint_checks.cc: of a model described by properties.
void check_constraints(State& state, const Node& node, const base::DataMap& config);

/// source_overrides.cc: puts `overrides` of sources into the entries of the packages they name.
void apply_source_overrides(State& state);

/// macro_annotations.cc: warns where `described`, the entry's arguments, are not those of the
/// macro, which still has its own.
void check_macro_arguments(State& state, const manifest::Macro& macro, const Entry& entry,
                           const std::vector<manifest::MacroArgument>& described);
/// macro_annotations.cc: puts docs blocks and other Jinja into the descriptions of macros.
void render_macro_descriptions(State& state);

/// stray_blocks.cc: blocks of macro files that are no macros.
void report_stray_blocks(State& state);

/// microbatch_checks.cc
void check_microbatch(State& state);

/// time_spines.cc: what the semantic layer needs of time spines.
void check_time_spines(State& state);

/// The place that best names the node in messages.
inline diag::Span place_of(const Node& node) {
  return node.patch_span.valid() ? node.patch_span : node.source_span;
}

}  // namespace weft::parse
