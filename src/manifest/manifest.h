// Manifest: everything a project holds, as plain tables. parse fills it, all later phases read it.
//
// All members of the graph (models, seeds, snapshots, tests, analyses, operations, functions,
// sources, exposures, metrics, semantic models, saved queries, unit tests) are rows of one table
// and told apart by `type`; NodeId is the row. Names of fields are dbt's, letter for letter.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/data.h"
#include "base/ids.h"
#include "diag/source.h"

namespace weft::manifest {

struct NodeTag {};
using NodeId = base::Id<NodeTag>;
struct MacroTag {};
using MacroId = base::Id<MacroTag>;
struct ConfigTag {};
using ConfigId = base::Id<ConfigTag>;

enum class ResourceType : uint8_t {
  Model,
  Seed,
  Snapshot,
  Test,
  Analysis,
  Operation,
  SqlOperation,
  Function,
  Source,
  Exposure,
  Metric,
  SemanticModel,
  SavedQuery,
  UnitTest,
};

/// "model", "seed", ... as in unique ids and resource_type.
std::string_view resource_type_name(ResourceType type);
std::optional<ResourceType> parse_resource_type(std::string_view name);
/// True for the kinds that stand under `nodes` of manifest.json (functions have a key of their
/// own).
bool is_executable_node(ResourceType type);
/// Model, seed, snapshot, function: what ref() or function() can name and what becomes a relation.
bool is_refable(ResourceType type);

/// A node's configuration: all declared keys in dbt's order with defaults, then extra keys.
/// Interned, since most nodes of a folder share one.
struct Config {
  base::DataMap values;
  /// The same as JSON text, made once.
  std::string json;

  /// Null when there is no such key.
  const base::Data* find(std::string_view key) const { return values.find(key); }
  std::string_view text(std::string_view key) const;
  bool flag(std::string_view key, bool fallback) const;
};

struct RefCall {
  std::string name;
  /// Empty when not given.
  std::string package;
  /// Null when not given; keeps the type it was written with.
  base::Data version;
  bool operator==(const RefCall&) const = default;
};

struct SourceCall {
  std::string source_name, table_name;
  bool operator==(const SourceCall&) const = default;
};

struct FileChecksum {
  /// "sha256", "path" or "none".
  std::string name = "none";
  std::string checksum;
};

struct Constraint {
  /// check, not_null, unique, primary_key, foreign_key, custom
  std::string type;
  std::optional<std::string> name, expression, to;
  bool warn_unsupported = true, warn_unenforced = true;
  /// Model-level constraints only.
  std::vector<std::string> columns;
  std::vector<std::string> to_columns;
};

struct Column {
  std::string name, description;
  base::DataMap meta;
  std::optional<std::string> data_type;
  std::vector<Constraint> constraints;
  std::optional<bool> quote;
  std::vector<std::string> tags;
  /// config: {meta, tags} as dbt writes it.
  base::DataMap config_meta;
  std::vector<std::string> config_tags;
  std::optional<std::string> granularity;
  std::vector<std::string> doc_blocks;
  base::Data dimension, entity;
  /// Keys that dbt does not know are kept.
  base::DataMap extra;
};

struct Docs {
  bool show = true;
  std::optional<std::string> node_color;
};

struct TestMetadata {
  std::string name;
  base::DataMap kwargs;
  std::optional<std::string> test_namespace;
};

/// Of models only.
struct ModelFields {
  std::string access = "protected";
  std::vector<Constraint> constraints;
  base::Data version, latest_version;
  std::optional<std::string> deprecation_date;
  std::vector<std::string> primary_key;
  base::Data time_spine;
};

/// Of generic and singular tests only.
struct TestFields {
  std::optional<std::string> column_name, file_key_name;
  NodeId attached_node;
  /// Nothing for singular tests.
  std::optional<TestMetadata> metadata;
  /// Arguments as the test macro gets them: data, with Jinja text where the YAML had it.
  base::DataMap kwargs;
};

struct FreshnessThreshold {
  std::optional<int64_t> count;
  /// minute, hour or day; empty when not given
  std::string period;
  /// Switched off by `null`, which artifacts keep.
  bool is_null = false;

  bool is_set() const { return count.has_value() && !period.empty(); }
};

struct Freshness {
  FreshnessThreshold warn_after, error_after;
  std::optional<std::string> filter;

  bool is_set() const { return warn_after.is_set() || error_after.is_set(); }
};

/// Of sources only.
struct SourceFields {
  std::string source_name, source_description, loader, identifier;
  base::DataMap quoting;
  std::optional<std::string> loaded_at_field, loaded_at_query;
  std::optional<Freshness> freshness;
  base::Data external;
  base::DataMap source_meta;
  std::optional<std::string> unrendered_database, unrendered_schema;
};

struct UnitTestInput {
  std::string input;
  /// dict, csv or sql
  std::string format = "dict";
  /// A list of maps, a text, or null.
  base::Data rows;
  std::optional<std::string> fixture;
};

/// Of unit tests only.
struct UnitTestFields {
  std::string model;
  std::vector<UnitTestInput> given;
  UnitTestInput expect;
  base::DataMap override_macros, override_vars, override_env_vars;
  base::Data version, versions;
  std::string checksum;
  NodeId tested_node;
};

struct FunctionArgument {
  std::string name, data_type, description;
  base::Data default_value;
};

/// Of functions only.
struct FunctionFields {
  std::vector<FunctionArgument> arguments;
  std::string returns_type, returns_description;
  base::Data overloads;
};

/// Snapshots, operations: the rest that only some kinds have.
struct ExtraCte {
  NodeId node;
  std::string sql;
};

struct Node {
  ResourceType type = ResourceType::Model;
  std::string unique_id, name, package_name;
  /// Relative to the resource's root folder, and to the package's root.
  std::string path, original_file_path;
  std::vector<std::string> fqn;
  std::optional<std::string> database;
  std::string schema, alias;
  FileChecksum checksum;
  ConfigId config, unrendered_config;
  /// What in-file config() calls gave, merged; for state comparison and partial parsing.
  base::DataMap config_call;
  std::vector<std::string> tags;
  base::DataMap meta;
  std::string description;
  std::vector<Column> columns;
  std::optional<std::string> group;
  Docs docs;
  /// "package://models/schema.yml", nothing when no properties file describes the node.
  std::optional<std::string> patch_path;
  /// Seconds since 1970.
  double created_at = 0;
  std::optional<std::string> relation_name;
  std::string raw_code;
  std::string language = "sql";
  std::vector<std::string> doc_blocks;

  std::vector<RefCall> refs;
  std::vector<SourceCall> sources;
  std::vector<RefCall> functions;
  std::vector<std::vector<std::string>> metrics;
  std::vector<NodeId> depends_on;
  std::vector<MacroId> depends_on_macros;

  std::unique_ptr<ModelFields> model;
  std::unique_ptr<TestFields> test;
  std::unique_ptr<SourceFields> source;
  std::unique_ptr<UnitTestFields> unit_test;
  std::unique_ptr<FunctionFields> function;
  /// Exposures, metrics, semantic models, saved queries: their own keys, in dbt's order, as data.
  std::unique_ptr<base::DataMap> details;

  /// Contract checksum when enforced.
  std::optional<std::string> contract_checksum;
  /// Position among the hooks of its project.
  int operation_index = 0;
  /// Seeds: absolute root of the project.
  std::string root_path;

  // Filled by compile.
  bool compiled = false;
  std::string compiled_code;
  std::optional<std::string> compiled_path;
  std::vector<ExtraCte> extra_ctes;
  bool extra_ctes_injected = false;
  std::optional<std::string> build_path;

  // Not in artifacts.
  /// The text raw_code was taken from and where, for messages. Invalid for generic tests.
  diag::Span source_span;
  /// The properties entry, for messages. Invalid when there is none.
  diag::Span patch_span;

  bool is_ephemeral_model(const Config& c) const {
    return type == ResourceType::Model && c.text("materialized") == "ephemeral";
  }
};

struct MacroArgument {
  std::string name;
  std::optional<std::string> type;
  std::string description;
};

struct Macro {
  std::string name, package_name, path, original_file_path, unique_id;
  /// The whole block, tags included.
  std::string macro_sql;
  std::vector<MacroId> depends_on;
  std::string description;
  base::DataMap meta;
  Docs docs;
  std::optional<std::string> patch_path;
  std::vector<MacroArgument> arguments;
  double created_at = 0;
  /// Nothing unless a materialization lists them.
  std::optional<std::vector<std::string>> supported_languages;
  diag::Span span;
};

struct DocBlock {
  std::string name, package_name, path, original_file_path, unique_id, block_contents;
};

struct Group {
  std::string name, package_name, path, original_file_path, unique_id, description;
  base::DataMap owner, config, meta;
};

struct Metadata {
  /// The version of dbt whose artifacts these are.
  std::string dbt_version;
  std::string project_name, project_id, adapter_type = "postgres", invocation_id, user_id;
  bool send_anonymous_usage_stats = false;
  /// Microseconds since 1970.
  int64_t generated_at = 0, invocation_started_at = 0, run_started_at = 0;
  base::DataMap env;
  /// database, schema, identifier
  base::DataMap quoting;
};

struct Manifest {
  Metadata metadata;
  std::vector<Node> nodes;
  std::vector<Macro> macros;
  std::vector<Config> configs;
  std::vector<DocBlock> docs;
  std::vector<Group> groups;
  /// Rows of `nodes` that are disabled; they are in no map and no graph.
  std::vector<NodeId> disabled;
  /// Expanded definitions of selectors.yml by name.
  base::DataMap selectors;

  /// Enabled rows by unique id.
  std::unordered_map<std::string, NodeId> node_by_unique_id;
  std::unordered_map<std::string, MacroId> macro_by_unique_id;

  Node& node(NodeId id) { return nodes[id.index()]; }
  const Node& node(NodeId id) const { return nodes[id.index()]; }
  const Config& config(ConfigId id) const { return configs[id.index()]; }
  const Config& config_of(const Node& n) const { return configs[n.config.index()]; }
  /// Invalid id when there is none.
  NodeId find(std::string_view unique_id) const;
  bool is_disabled(NodeId id) const { return disabled_flags[id.index()]; }

  /// One flag a row of `nodes`.
  std::vector<bool> disabled_flags;
};

/// Gives equal configurations one row.
class ConfigInterner {
 public:
  /// Knows the configurations that there are already.
  explicit ConfigInterner(Manifest& manifest);
  /// Safe from several threads between hold() and settle() only.
  ConfigId intern(base::DataMap values);
  /// From here on new configurations wait, so that other threads can read Manifest::configs.
  void hold() { is_held_ = true; }
  /// They become rows, with the ids that intern() gave.
  void settle();

 private:
  const Config& config(ConfigId id) const;
  void settle_waiting();

  Manifest& manifest_;
  std::mutex mutex_;
  bool is_held_ = false;
  std::deque<Config> waiting_;
  /// By the hash of the JSON text: the text itself is kept once, in its row.
  std::unordered_multimap<size_t, ConfigId> by_hash_;
};

}  // namespace weft::manifest
