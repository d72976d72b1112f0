// Writers of dbt's artifacts: manifest.json v12, run_results.json v6, sources.json v3, and node
// dicts for templates. Everything is streamed to text; nothing builds a tree of the whole.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "base/files.h"
#include "diag/diagnostic.h"
#include "manifest/manifest.h"

namespace weft::manifest {

/// Parents and children of the enabled rows, a list for each row of `nodes`, sorted by unique id.
struct Neighbours {
  std::vector<std::vector<NodeId>> parents, children;
};
Neighbours neighbours_of(const Manifest& manifest);

/// The text of manifest.json.
std::string manifest_json(const Manifest& manifest);
/// The same, made by several threads and given away in parts, in order: a hundred megabytes are
/// never in memory at once. Ends with the first error of `put`.
std::optional<base::IoError> write_manifest_json(const Manifest& manifest, size_t threads,
                                                 const base::PutPart& put);

/// A configuration's JSON, as Config::json has it.
std::string config_json(const base::DataMap& values);

/// The text of semantic_manifest.json.
std::string semantic_manifest_json(const Manifest& manifest);

/// One row as templates see it (`model`, `graph.nodes[uid]`): every key of the artifact, in its
/// order.
base::Data node_data(const Manifest& manifest, NodeId id);
/// The same as JSON text.
std::string node_json(const Manifest& manifest, NodeId id);

struct Timing {
  /// "compile" or "execute"
  std::string name;
  /// Microseconds since 1970.
  int64_t started_at = 0, completed_at = 0;
};

struct FreshnessResult;

/// dbt's words: success, error, skipped, partial success, no-op, reused, pass, fail, warn.
struct RunResult {
  std::string unique_id;
  std::string status;
  std::vector<Timing> timing;
  std::string thread_id;
  double execution_time = 0;
  base::DataMap adapter_response;
  std::optional<std::string> message;
  std::optional<int64_t> failures;
  bool compiled = false;
  std::optional<std::string> compiled_code;
  std::optional<std::string> relation_name;
  /// Null unless the model is a microbatch.
  base::Data batch_results;
  base::Data overload_results;
  /// Of a checked source only; goes to sources.json.
  std::shared_ptr<const FreshnessResult> freshness;
};

struct RunResults {
  Metadata metadata;
  std::vector<RunResult> results;
  double elapsed_time = 0;
  base::DataMap args;
};

std::string run_results_json(const RunResults& results);

/// A source's freshness, or the error that kept it from being known.
struct FreshnessResult {
  std::string unique_id;
  std::optional<std::string> error;
  /// Microseconds since 1970.
  int64_t max_loaded_at = 0, snapshotted_at = 0;
  double max_loaded_at_time_ago_in_s = 0;
  std::string status;
  Freshness criteria;
  base::DataMap adapter_response;
  std::vector<Timing> timing;
  std::string thread_id;
  double execution_time = 0;
};

std::string sources_json(const Metadata& metadata, const std::vector<FreshnessResult>& results,
                         double elapsed_time);

struct CatalogColumn {
  std::string name, type;
  int index = 0;
  std::optional<std::string> comment;
};

struct CatalogStat {
  std::string id, label, description;
  base::Data value;
  bool include = true;
};

struct CatalogTable {
  std::string unique_id, type, schema, name, database;
  std::optional<std::string> comment, owner;
  std::vector<CatalogColumn> columns;
  std::vector<CatalogStat> stats;
  bool is_source = false;
};

struct Catalog {
  Metadata metadata;
  std::vector<CatalogTable> tables;
  std::vector<std::string> errors;
};

std::string catalog_json(const Catalog& catalog);

/// Earlier artifacts, read for --state, --defer, retry and selection by result. Only the keys that
/// comparison needs are kept, each node as data.
struct StateManifest {
  std::string dbt_version;
  /// unique id -> node dict; nodes, sources, exposures, metrics, unit_tests, functions together.
  base::DataMap nodes;
  base::DataMap macros;
  base::DataMap disabled;
};
/// All readers: the error names the file and, for broken JSON, line and column. The manifest may be
/// of schema 4 to 12, run results of 4 to 6.
diag::Result<StateManifest> read_state_manifest(base::FileSystem& files, const std::string& path);
/// Timings are not read.
diag::Result<RunResults> read_run_results(base::FileSystem& files, const std::string& path);
/// Any artifact whole, as data; the error also when it is no JSON object.
diag::Result<base::Data> read_artifact(base::FileSystem& files, const std::string& path);

}  // namespace weft::manifest
