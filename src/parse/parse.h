// parse_project: the files of a project and its packages become a manifest.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/flags.h"
#include "config/profile.h"
#include "config/project.h"
#include "config/vars.h"
#include "context/lookup.h"
#include "context/macros.h"
#include "context/shared.h"
#include "diag/sink.h"
#include "jinja/environment.h"
#include "manifest/manifest.h"

namespace weft::parse {

/// What a command knows before it parses. Everything must outlive the parsed project.
struct ParseInput {
  const base::Env& env;
  diag::Sources& sources;
  /// Errors and warnings of all phases, sorted when taken.
  diag::Sink& sink;
  const config::Flags& flags;
  const config::Profile& profile;
  const config::Project& root;
  const std::vector<config::Project>& packages;
  const config::Vars& vars;
  const base::DataMap& cli_vars;
  context::Messages& messages;
  std::string invocation_id;
  /// Microseconds since 1970.
  int64_t started_at = 0;
  std::string which;
};

/// What later phases need of parsing.
struct ParsedProject {
  std::unique_ptr<jinja::Environment> jinja;
  std::unique_ptr<context::MacroTable> macros;
  manifest::Manifest manifest;
  std::unique_ptr<context::NodeLookup> lookup;
  /// Compiled texts of nodes, by row; null for seeds, sources and generic tests.
  std::vector<std::shared_ptr<const jinja::Template>> templates;
};

/// Null when errors in the sink forbid going on. Warnings alone do not.
std::unique_ptr<ParsedProject> parse_project(const ParseInput& input);

}  // namespace weft::parse
