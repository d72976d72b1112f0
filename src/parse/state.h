// State: what the steps of parsing hand to each other. Each step fills its part and reads earlier
// parts.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "context/scope.h"
#include "context/worker.h"
#include "jinja/template.h"
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
  std::shared_ptr<const jinja::Template> code;
  context::Capture capture;
  /// The properties entry that describes it; kNoEntry when there is none.
  static constexpr size_t kNoEntry = static_cast<size_t>(-1);
  size_t entry = kNoEntry;
  /// Versioned models: the item of `versions`.
  base::Data version_item;
  std::optional<diag::Diagnostic> error;
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
  /// Rows of the manifest made so far, with what their text said.
  double now = 0;

  const config::Project& project_of(const ProjectFile& file) const {
    return *projects[file.project];
  }
  manifest::Manifest& manifest() { return result->manifest; }
  void report(diag::Diagnostic diagnostic) { input.sink.report(std::move(diagnostic)); }
};

/// "my_project://models/schema.yml".
std::string patch_path(const State& state, const Entry& entry);

// The steps, in order; each in the file of its name.

/// files.cc: finds and reads the files of all projects.
void discover_files(State& state);
/// properties.cc: reads properties files into entries.
void read_properties(State& state);
/// macro_files.cc: compiles macros, weft's own first, and finds which macros call which.
void load_macros(State& state);
/// docs_blocks.cc
void load_docs(State& state);
/// sql_nodes.cc: models, analyses, singular tests, snapshots, functions: rows and rendering.
void parse_sql_nodes(State& state);
/// seeds.cc
void parse_seeds(State& state);
/// hooks.cc: on-run-start and on-run-end as operations.
void parse_hooks(State& state);
/// sources.cc
void parse_sources(State& state);
/// generic_tests.cc
void parse_generic_tests(State& state);
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

/// snapshot_check.cc: enabled snapshots without a strategy or what it needs are reported.
void check_snapshots(State& state);

}  // namespace weft::parse
