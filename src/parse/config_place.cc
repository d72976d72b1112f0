#include "parse/config_place.h"

#include <array>

#include "base/strings.h"
#include "context/config_merge.h"

namespace weft::parse {
namespace {

/// The tree of configuration that holds for a kind of node, by its names in the file.
std::array<std::string_view, 2> trees_of(ResourceType type) {
  switch (type) {
    case ResourceType::Seed:
      return {"seeds"};
    case ResourceType::Snapshot:
      return {"snapshots"};
    case ResourceType::Test:
      return {"data_tests", "tests"};
    case ResourceType::Source:
      return {"sources"};
    case ResourceType::UnitTest:
      return {"unit_tests"};
    case ResourceType::Function:
      return {"functions"};
    case ResourceType::Exposure:
      return {"exposures"};
    case ResourceType::Metric:
      return {"metrics"};
    case ResourceType::SemanticModel:
      return {"semantic-models", "semantic_models"};
    case ResourceType::SavedQuery:
      return {"saved-queries", "saved_queries"};
    default:
      return {"models"};
  }
}

bool is_key(std::string_view written, std::string_view key) {
  if (!written.empty() && written.front() == '+')
    written.remove_prefix(1);
  return context::config_key(base::trim(written)) == key;
}

/// The deepest place below `tree` on the way of the node that sets the key to the value.
std::optional<diag::Span> place_in_tree(const yaml::Node* level, const Node& node,
                                        std::string_view key, const base::Data& value) {
  std::optional<diag::Span> found;
  for (size_t depth = 0; level != nullptr && level->is_mapping(); ++depth) {
    for (const yaml::Entry& entry : level->entries) {
      if (is_key(entry.key, key) && yaml::to_data(*entry.value) == value)
        found = entry.value->span;
    }
    level = depth < node.fqn.size() ? level->find(node.fqn[depth]) : nullptr;
  }
  return found;
}

}  // namespace

std::optional<diag::Span> place_in_project(const State& state, const Node& node,
                                           std::string_view key, const base::Data& value) {
  for (const config::Project* project : state.projects) {
    bool counts = project == state.projects.front() || project->name == node.package_name;
    if (!counts || project->document == nullptr || project->document->root == nullptr)
      continue;
    for (std::string_view tree : trees_of(node.type)) {
      if (auto found = place_in_tree(project->document->root->find(tree), node, key, value))
        return found;
    }
  }
  return std::nullopt;
}

}  // namespace weft::parse
