// Paths under models:, seeds:, ... of the root's dbt_project.yml that no resource stands at.
#include <unordered_set>

#include <fmt/format.h>

#include "base/strings.h"
#include "parse/checks.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataMap;

using Path = std::vector<std::string>;

struct Tree {
  /// As messages name it, and as the file does.
  std::string_view name;
  ResourceType type;
  const DataMap config::ConfigTrees::*tree;
};

constexpr Tree kTrees[] = {
    {"models", ResourceType::Model, &config::ConfigTrees::models},
    {"seeds", ResourceType::Seed, &config::ConfigTrees::seeds},
    {"snapshots", ResourceType::Snapshot, &config::ConfigTrees::snapshots},
    {"sources", ResourceType::Source, &config::ConfigTrees::sources},
    {"data_tests", ResourceType::Test, &config::ConfigTrees::data_tests},
    {"unit_tests", ResourceType::UnitTest, &config::ConfigTrees::unit_tests},
    {"metrics", ResourceType::Metric, &config::ConfigTrees::metrics},
    {"semantic_models", ResourceType::SemanticModel, &config::ConfigTrees::semantic_models},
    {"saved_queries", ResourceType::SavedQuery, &config::ConfigTrees::saved_queries},
    {"exposures", ResourceType::Exposure, &config::ConfigTrees::exposures},
    {"functions", ResourceType::Function, &config::ConfigTrees::functions}};

/// Every level of the tree that sets something itself.
void collect(const DataMap& level, Path& path, std::vector<Path>& out) {
  bool sets = false;
  for (const auto& [key, value] : level) {
    if (!value.is_map() || base::starts_with(key, "+")) {
      sets = true;
      continue;
    }
    path.push_back(key);
    collect(value.as_map(), path, out);
    path.pop_back();
  }
  if (sets)
    out.push_back(path);
}

constexpr char kSeparator = '\x1f';

/// All prefixes of the names of resources, the empty one too.
void add_prefixes(const std::vector<std::string>& fqn, std::unordered_set<std::string>& out) {
  std::string key;
  out.insert(key);
  for (const std::string& part : fqn) {
    key += part + kSeparator;
    out.insert(key);
  }
}

std::string key_of(const Path& path) {
  std::string key;
  for (const std::string& part : path)
    key += part + kSeparator;
  return key;
}

diag::Span span_of(const config::Project& project, std::string_view section, const Path& path) {
  if (!project.document || project.document->root == nullptr)
    return {};
  const yaml::Entry* entry = project.document->root->find_entry(section);
  for (const char* other : {"tests", "semantic-models", "saved-queries"}) {
    bool is_same = (section == "data_tests" && std::string_view(other) == "tests") ||
                   base::replace_all(other, "-", "_") == section;
    if (entry == nullptr && is_same)
      entry = project.document->root->find_entry(other);
  }
  for (const std::string& part : path) {
    const yaml::Entry* next = entry == nullptr ? nullptr : entry->value->find_entry(part);
    if (next == nullptr)
      break;
    entry = next;
  }
  return entry == nullptr ? diag::Span{} : entry->key_span;
}

struct Unused {
  std::string text;
  diag::Span span;
};

std::vector<Unused> find_unused(const State& state) {
  const manifest::Manifest& manifest = state.result->manifest;
  std::unordered_map<int, std::unordered_set<std::string>> used;
  std::unordered_set<std::string> disabled;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    bool off = manifest.is_disabled(NodeId(i));
    add_prefixes(node.fqn, off ? disabled : used[static_cast<int>(node.type)]);
  }
  std::vector<Unused> unused;
  const config::Project& root = *state.projects.front();
  for (const Tree& tree : kTrees) {
    std::vector<Path> paths;
    Path path;
    collect(root.trees.*tree.tree, path, paths);
    const std::unordered_set<std::string>& names = used[static_cast<int>(tree.type)];
    for (const Path& one : paths) {
      std::string key = key_of(one);
      if (names.contains(key) || disabled.contains(key))
        continue;
      std::string text(tree.name);
      for (const std::string& part : one)
        text += "." + part;
      unused.push_back({std::move(text), span_of(root, tree.name, one)});
    }
  }
  return unused;
}

}  // namespace

void report_unused_config(State& state) {
  std::vector<Unused> unused = find_unused(state);
  if (unused.empty())
    return;
  diag::Diagnostic d;
  d.code = diag::Code::UnusedConfigPath;
  d.message = unused.size() == 1
                  ? fmt::format("the configuration path `{}` applies to nothing", unused[0].text)
                  : fmt::format("{} configuration paths apply to nothing", unused.size());
  d.span = unused.front().span;
  d.hint = "a path is the package's name, then folders, then the resource's name";
  d.legacy_text = fmt::format(
      "Configuration paths exist in your dbt_project.yml file which do not apply to any "
      "resources.\nThere are {} unused configuration paths:",
      unused.size());
  base::DataList paths;
  for (size_t i = 0; i < unused.size(); ++i) {
    d.legacy_text += "\n- " + unused[i].text;
    paths.emplace_back(unused[i].text);
    if (i > 0)
      d.labels.push_back({unused[i].span, fmt::format("`{}`, too", unused[i].text)});
  }
  d.event_data.set("unused_config_paths", Data(std::move(paths)));
  state.report(std::move(d));
}

}  // namespace weft::parse
