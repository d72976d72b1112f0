// State: what the steps of parsing hand to each other. Each step fills its part and reads earlier
// parts.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "context/scope.h"
#include "context/worker.h"
#include "manifest/manifest.h"
#include "parse/parse.h"
#include "yaml/document.h"

namespace weft::parse {

using manifest::Node;
using manifest::NodeId;
using manifest::ResourceType;

enum class FileKind : uint8_t {
  Model,
  PythonModel,
  Seed,
  Snapshot,
  Analysis,
  SingularTest,
  GenericTest,
  Macro,
  Docs,
  Properties,
  FixtureCsv,
  FixtureSql,
  Function,
};

using ContentHash = std::array<uint64_t, 2>;

struct ProjectFile {
  FileKind kind = FileKind::Model;
  /// Index into State::projects.
  size_t project = 0;
  /// "models"; "models/staging/x.sql" relative to the package; "staging/x.sql" relative to the root
  /// folder.
  std::string root_folder, original_file_path, path;
  std::string absolute_path;
  /// Invalid for seeds: their text is read when they are loaded.
  diag::SourceId source;
};

/// One item of a properties file: a model, a source, a macro, ... with Jinja rendered where dbt
/// does.
struct Entry {
  /// "models", "sources", ...
  std::string section;
  std::string name;
  const yaml::Node* node = nullptr;
  base::Data data;
  /// Index into State::files.
  size_t file = 0;
  bool is_used = false;
};

/// A node with text that is rendered while parsing.
struct PendingNode {
  Node node;
  size_t file = 0;
  context::Capture capture;
  /// The properties entry that describes it; kNoEntry when there is none.
  static constexpr size_t kNoEntry = static_cast<size_t>(-1);
  size_t entry = kNoEntry;
  /// Versioned models: the item of `versions`.
  base::Data version_item;
  std::optional<diag::Diagnostic> error;
};

/// Whether nodes of one package get their names by dbt's own rules, and no macro needs to be
/// called.
struct DefaultNames {
  bool database = false, schema = false, alias = false;
};

struct State {
  explicit State(const ParseInput& given) : input(given) {}

  const ParseInput& input;
  /// Root first, then the packages.
  std::vector<const config::Project*> projects;
  std::vector<ProjectFile> files;
  std::vector<yaml::Document> documents;
  std::vector<Entry> entries;
  std::unique_ptr<ParsedProject> result;
  std::unique_ptr<context::Shared> shared;
  std::unique_ptr<manifest::ConfigInterner> interner;
  /// "package.name" of docs blocks -> row of Manifest::docs.
  std::unordered_map<std::string, size_t> docs;
  std::vector<PendingNode> pending;
  /// By package; filled when macros are known.
  std::unordered_map<std::string, DefaultNames> default_names;
  /// What templates asked for that is in no file, and the rows that may change by it.
  context::OutsideReads reads;
  std::vector<NodeId> changeable;
  /// Of the bytes of each file, but seeds; filled by read_files().
  std::vector<ContentHash> hashes;
  double now = 0;

  const config::Project& project_of(const ProjectFile& file) const {
    return *projects[file.project];
  }
  manifest::Manifest& manifest() { return result->manifest; }
  void report(diag::Diagnostic diagnostic) { input.sink.report(std::move(diagnostic)); }
};

/// "my_project://models/schema.yml".
std::string patch_path(const State& state, const Entry& entry);
/// How every fqn begins: the package, then the folders of a path relative to its root folder.
std::vector<std::string> folder_fqn(const std::string& package, std::string_view path);

// The steps, in order; each in the file of its name.

/// files.cc: finds the files of all projects, in order of their places.
void find_files(State& state);
/// files.cc: reads them. What cannot be read is reported.
void read_files(State& state);
/// files.cc: two texts with one hash are equal for all that can happen by accident.
ContentHash content_hash(std::string_view text);
/// files.cc: the text of a file as sources have it, for files that were read before; empty when it
/// is gone.
std::string later_text(base::FileSystem& files, const std::string& path);
/// properties.cc: reads properties files into entries.
void read_properties(State& state);
/// The same of some of them.
void read_properties(State& state, const std::vector<size_t>& yaml_files);
/// macro_files.cc: compiles macros, weft's own first, and finds which macros call which.
void load_macros(State& state);
/// docs_blocks.cc
void load_docs(State& state);
/// sql_nodes.cc: models, analyses, singular tests, snapshots, functions: rows and rendering.
void parse_sql_nodes(State& state);
/// sql_nodes.cc: the row of a model, analysis or singular test, made as parse_sql_nodes() makes it;
/// it is not added. Entries of its properties file must be read. Nothing when it has an error.
std::optional<PendingNode> parse_one(State& state, size_t file);
/// seeds.cc
void parse_seeds(State& state);
/// hooks.cc: on-run-start and on-run-end as operations.
void parse_hooks(State& state);
/// sources.cc
void parse_sources(State& state);
/// generic_tests.cc
void parse_generic_tests(State& state);
/// generic_tests.cc: how many tests the entries have, but for those of versions.
size_t count_tests(const std::vector<Entry>& entries);
/// generic_tests.cc: the rows of the tests of some entries. They are not added.
std::vector<Node> parse_tests(State& state, const std::vector<size_t>& entries);
/// primary_keys.cc: primary keys of models that no constraint names, by what their tests say.
void infer_primary_keys(manifest::Manifest& manifest);
/// unit_tests.cc
void parse_unit_tests(State& state);
/// groups.cc
void parse_groups(State& state);
/// exposures.cc
void parse_exposures(State& state);
/// semantic_layer.cc: metrics, semantic models, saved queries.
void parse_semantic_layer(State& state);
/// resolve.cc: refs and sources become edges; unknown, disabled, private and doubled ones are
/// reported.
void resolve_references(State& state);
/// The part of it that makes names known, and the part of one row.
void make_lookup(State& state);
void resolve_one(State& state, NodeId id);

/// snapshot_check.cc: enabled snapshots without a strategy or what it needs are reported.
void check_snapshots(State& state);

}  // namespace weft::parse
