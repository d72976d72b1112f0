// Selection: which nodes a command works on. Grammar and methods as dbt's (docs/selection.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "base/files.h"
#include "config/project.h"
#include "diag/diagnostic.h"
#include "diag/sink.h"
#include "graph/graph.h"
#include "manifest/artifacts.h"
#include "manifest/manifest.h"

namespace weft::select {

using graph::NodeSet;
using manifest::ResourceType;

enum class IndirectSelection { Eager, Cautious, Buildable, Empty };

/// Artifacts of an earlier run, for the methods state:, result: and source_status:. Null where
/// absent.
struct State {
  const manifest::StateManifest* manifest = nullptr;
  const manifest::RunResults* run_results = nullptr;
  const base::Data* sources = nullptr;
  const base::Data* current_sources = nullptr;
};

struct Request {
  /// Words of --select and --exclude; a word holds intersections with commas.
  std::vector<std::string> select, exclude;
  /// --selector NAME; wins over the words.
  std::string selector;
  IndirectSelection indirect = IndirectSelection::Eager;
  /// Kinds the command can work on. Empty: all.
  std::vector<ResourceType> resource_types, exclude_resource_types;
  /// Nodes without SQL are dropped (not for list and docs).
  bool drop_empty = true;
  std::string root_package;
  /// Absolute project root, for path: patterns.
  std::string project_root;
};

/// Definitions of selectors.yml. Order is the file's.
struct Selectors {
  struct Definition {
    std::string name;
    base::Data definition;
    bool is_default = false;
    std::string description;
    /// The whole rendered mapping, in the file's order.
    base::DataMap entry;
  };
  std::vector<Definition> definitions;
};

/// Reads <root>/selectors.yml; none when the file does not exist or is empty. Jinja in it is
/// rendered when `context` is given. The error is at the definition that cannot be understood;
/// references between selectors are looked at only when one is used.
diag::Result<Selectors> read_selectors(base::FileSystem& files, const std::string& root,
                                       diag::Sources& sources, diag::Sink& sink,
                                       const config::RenderContext* context = nullptr);
/// Null when no selector has the name.
const Selectors::Definition* find_selector(const Selectors& selectors, std::string_view name);
/// The selector that stands in for words, when the request has none and selectors.yml names a
/// default.
const Selectors::Definition* default_selector(const Selectors& selectors, const Request& request);
/// The fully expanded form that manifest.json holds.
base::DataMap expanded_selectors(const Selectors& selectors);

/// The selected nodes, in a set over the rows of the manifest. Words that match nothing are
/// warnings in `sink`. Errors: a word or value that cannot be understood, an unknown selector, a
/// circle of selectors, a missing artifact, a broken contract of a versioned model.
diag::Result<NodeSet> select_nodes(const manifest::Manifest& manifest, const graph::Graph& graph,
                                   const Selectors& selectors, const Request& request,
                                   const State& state, diag::Sink& sink);

}  // namespace weft::select
