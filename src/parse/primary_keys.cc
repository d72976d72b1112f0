// Primary keys of models that no constraint names, inferred from their tests.
#include <map>
#include <set>

#include "parse/state.h"

namespace weft::parse {
namespace {

using base::Data;

/// Columns of a model by what its tests say of them.
struct TestedColumns {
  std::set<std::string> unique, disabled_unique, not_null;
};

/// What dbt takes for a model's primary key when no constraint says it: columns that are tested to
/// be unique and not null, else those that are tested to be unique.
std::vector<std::string> infer_primary_key(const TestedColumns& columns) {
  std::vector<std::string> both;
  for (const std::string& name : columns.not_null) {
    if (columns.unique.contains(name) || columns.disabled_unique.contains(name))
      both.push_back(name);
  }
  if (!both.empty())
    return both;
  const std::set<std::string>& rest =
      columns.unique.empty() ? columns.disabled_unique : columns.unique;
  return {rest.begin(), rest.end()};
}

}  // namespace

void infer_primary_keys(manifest::Manifest& manifest) {
  std::map<uint32_t, TestedColumns> tested;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    if (node.test == nullptr || !node.test->metadata || !node.test->attached_node.valid())
      continue;
    const manifest::TestMetadata& metadata = *node.test->metadata;
    std::vector<std::string> names;
    if (const Data* column = metadata.kwargs.find("column_name"); column && column->is_string()) {
      names.push_back(column->as_string());
    } else if (const Data* list = metadata.kwargs.find("combination_of_columns");
               list && list->is_list()) {
      for (const Data& name : list->as_list())
        names.push_back(python_str(name));
    }
    TestedColumns& columns = tested[node.test->attached_node.value];
    for (const std::string& name : names) {
      if (metadata.name == "not_null")
        columns.not_null.insert(name);
      else if (metadata.name == "unique" || metadata.name == "unique_combination_of_columns")
        (manifest.is_disabled(NodeId(i)) ? columns.disabled_unique : columns.unique).insert(name);
    }
  }
  for (const auto& [row, columns] : tested) {
    Node& node = manifest.nodes[row];
    if (node.model != nullptr && node.model->primary_key.empty())
      node.model->primary_key = infer_primary_key(columns);
  }
}

}  // namespace weft::parse
