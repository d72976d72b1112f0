// parse_project: the files of a project and its packages become a manifest.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/parallel.h"
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
#include "parse/file_stamp.h"

namespace weft::parse {

/// What there is to say about the cache of parsing, as dbt's event of the name.
struct CacheNote {
  std::string event, code, message;
  /// For the console too, not for the log alone.
  bool is_shown = false;
  base::DataMap data;
};

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
  /// Files of the cache (see cache.h): empty for none. Without `reads_cache` a new one is written
  /// all the same, as dbt does.
  std::string cache_from = {}, cache_to = {};
  bool reads_cache = false;
  /// Receives what there is to say about the cache. May be null.
  std::vector<CacheNote>* notes = nullptr;
  size_t threads = base::hardware_threads();
};

/// Rows of the cache whose texts were parsed again.
struct ChangedRows {
  /// Of all that they hold but times; 0 where there are none.
  uint64_t hash = 0;
  std::vector<manifest::NodeId> rows;
  /// Those that a changed row refers to now, or did before and no longer does.
  std::vector<manifest::NodeId> parents;
};

/// What later phases need of parsing.
struct ParsedProject {
  std::unique_ptr<jinja::Environment> jinja;
  std::unique_ptr<context::MacroTable> macros;
  manifest::Manifest manifest;
  std::unique_ptr<context::NodeLookup> lookup;
  /// The id of the cache file that holds these very rows (see cache.h), but for the changed ones; 0
  /// when there is none.
  uint64_t cache_id = 0;
  ChangedRows changed;
  /// The manifest.json that was last written from the rows of that file, where that is known.
  std::optional<ManifestMark> written;
};

/// Null when errors in the sink forbid going on. Warnings alone do not.
std::unique_ptr<ParsedProject> parse_project(const ParseInput& input);

}  // namespace weft::parse
