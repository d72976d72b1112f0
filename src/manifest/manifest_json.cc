// manifest.json and node dicts.
#include <algorithm>
#include <initializer_list>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "manifest/artifacts.h"
#include "manifest/data_tree.h"
#include "manifest/json_text.h"
#include "manifest/metadata_json.h"
#include "manifest/node_fields.h"

namespace weft::manifest {
namespace {

using Fields = NodeFields<JsonText>;

class ManifestWriter {
 public:
  ManifestWriter(const Manifest& manifest, std::string& out)
      : m_(manifest), json_(out), fields_(json_, manifest) {}

  void write() {
    json_.open_map();
    metadata();
    json_.key("nodes");
    json_.open_map();
    for (size_t i = 0; i < m_.nodes.size(); ++i)
      if (is_executable_node(m_.nodes[i].type))
        enabled_row(i);
    json_.close_map();
    section("sources", ResourceType::Source);
    macros();
    doc_blocks();
    section("exposures", ResourceType::Exposure);
    section("metrics", ResourceType::Metric);
    groups();
    json_.key("selectors");
    json_.map(m_.selectors);
    disabled();
    const Neighbours neighbours = neighbours_of(m_);
    edge_map("parent_map", neighbours.parents);
    edge_map("child_map", neighbours.children);
    group_map();
    section("saved_queries", ResourceType::SavedQuery);
    section("semantic_models", ResourceType::SemanticModel);
    section("unit_tests", ResourceType::UnitTest);
    section("functions", ResourceType::Function);
    json_.close_map();
  }

 private:
  void metadata() {
    const Metadata& d = m_.metadata;
    open_metadata(json_, d, "manifest/v12");
    fields_.text("project_name", d.project_name);
    fields_.text("project_id", d.project_id.empty() ? base::md5_hex(d.project_name) : d.project_id);
    fields_.text_or_null("user_id", d.user_id);
    fields_.boolean("send_anonymous_usage_stats", d.send_anonymous_usage_stats);
    fields_.text("adapter_type", d.adapter_type);
    fields_.quoting(d.quoting);
    fields_.text("run_started_at", iso_time(d.run_started_at, "+00:00"));
    json_.close_map();
  }

  void enabled_row(size_t row) {
    if (m_.is_disabled(NodeId(row)))
      return;
    json_.any_key(m_.nodes[row].unique_id);
    fields_.node(m_.nodes[row]);
  }

  void section(std::string_view key, ResourceType type) {
    json_.key(key);
    json_.open_map();
    for (size_t i = 0; i < m_.nodes.size(); ++i)
      if (m_.nodes[i].type == type)
        enabled_row(i);
    json_.close_map();
  }

  void macros() {
    json_.key("macros");
    json_.open_map();
    for (const Macro& macro : m_.macros) {
      json_.any_key(macro.unique_id);
      one_macro(macro);
    }
    json_.close_map();
  }

  void one_macro(const Macro& macro) {
    json_.open_map();
    identity(macro, "macro");
    fields_.text("macro_sql", macro.macro_sql);
    json_.key("depends_on");
    json_.open_map();
    fields_.macros(macro.depends_on);
    json_.close_map();
    fields_.text("description", macro.description);
    fields_.map("meta", macro.meta);
    fields_.docs(macro.docs);
    json_.key("config");
    json_.open_map();
    fields_.map("meta", macro.meta);
    fields_.docs(macro.docs);
    json_.close_map();
    fields_.optional("patch_path", macro.patch_path);
    json_.key("arguments");
    json_.open_list();
    for (const MacroArgument& argument : macro.arguments) {
      json_.open_map();
      fields_.text("name", argument.name);
      fields_.optional("type", argument.type);
      fields_.text("description", argument.description);
      json_.close_map();
    }
    json_.close_list();
    json_.key("created_at");
    json_.real(macro.created_at);
    if (macro.supported_languages) {
      fields_.strings("supported_languages", *macro.supported_languages);
    } else {
      json_.key("supported_languages");
      json_.null();
    }
    json_.close_map();
  }

  template <typename Row>
  void identity(const Row& row, std::string_view type) {
    fields_.text("name", row.name);
    fields_.text("resource_type", type);
    fields_.text("package_name", row.package_name);
    fields_.text("path", row.path);
    fields_.text("original_file_path", row.original_file_path);
    fields_.text("unique_id", row.unique_id);
  }

  void doc_blocks() {
    json_.key("docs");
    json_.open_map();
    for (const DocBlock& block : m_.docs) {
      json_.any_key(block.unique_id);
      json_.open_map();
      identity(block, "doc");
      fields_.text("block_contents", block.block_contents);
      json_.close_map();
    }
    json_.close_map();
  }

  void groups() {
    json_.key("groups");
    json_.open_map();
    for (const Group& group : m_.groups) {
      json_.any_key(group.unique_id);
      json_.open_map();
      identity(group, "group");
      fields_.map("owner", group.owner);
      fields_.text_or_null("description", group.description);
      json_.key("config");
      group_config(group);
      json_.close_map();
    }
    json_.close_map();
  }

  void group_config(const Group& group) {
    if (group.config.contains("meta")) {
      json_.map(group.config);
      return;
    }
    json_.open_map();
    fields_.map("meta", group.meta);
    for (const base::DataEntry& entry : group.config) {
      json_.any_key(entry.key);
      json_.data(entry.value);
    }
    json_.close_map();
  }

  /// Several disabled rows may share a unique id: one list each, in order of the first.
  void disabled() {
    std::vector<std::vector<NodeId>> lists;
    std::unordered_map<std::string_view, size_t> by_unique_id;
    for (NodeId id : m_.disabled) {
      auto [found, is_new] = by_unique_id.try_emplace(m_.node(id).unique_id, lists.size());
      if (is_new)
        lists.emplace_back();
      lists[found->second].push_back(id);
    }
    json_.key("disabled");
    json_.open_map();
    for (const std::vector<NodeId>& list : lists) {
      json_.any_key(m_.node(list.front()).unique_id);
      json_.open_list();
      for (NodeId id : list)
        fields_.node(m_.node(id));
      json_.close_list();
    }
    json_.close_map();
  }

  void edge_map(std::string_view key, const std::vector<std::vector<NodeId>>& edges) {
    json_.key(key);
    json_.open_map();
    edge_rows(edges, is_executable_node);
    for (ResourceType wanted :
         {ResourceType::Source, ResourceType::Exposure, ResourceType::Function,
          ResourceType::Metric, ResourceType::SemanticModel, ResourceType::SavedQuery,
          ResourceType::UnitTest})
      edge_rows(edges, [wanted](ResourceType type) { return type == wanted; });
    json_.close_map();
  }

  template <typename Accepts>
  void edge_rows(const std::vector<std::vector<NodeId>>& edges, Accepts accepts) {
    for (size_t i = 0; i < m_.nodes.size(); ++i) {
      if (!accepts(m_.nodes[i].type) || m_.is_disabled(NodeId(i)))
        continue;
      json_.any_key(m_.nodes[i].unique_id);
      json_.open_list();
      for (NodeId id : edges[i])
        json_.text(m_.node(id).unique_id);
      json_.close_list();
    }
  }

  void group_map() {
    std::unordered_map<std::string_view, std::vector<NodeId>> members;
    const auto add = [&](auto accepts) {
      for (size_t i = 0; i < m_.nodes.size(); ++i)
        if (m_.nodes[i].group && accepts(m_.nodes[i].type) && !m_.is_disabled(NodeId(i)))
          members[*m_.nodes[i].group].push_back(NodeId(i));
    };
    add(is_executable_node);
    for (ResourceType wanted :
         {ResourceType::SavedQuery, ResourceType::SemanticModel, ResourceType::Metric})
      add([wanted](ResourceType type) { return type == wanted; });
    json_.key("group_map");
    json_.open_map();
    for (const Group& group : m_.groups) {
      json_.any_key(group.name);
      json_.open_list();
      for (NodeId id : members[group.name])
        json_.text(m_.node(id).unique_id);
      json_.close_list();
    }
    json_.close_map();
  }

  const Manifest& m_;
  JsonText json_;
  Fields fields_;
};

/// About how long the text will be, so that it is not copied again and again while it grows.
size_t expected_size(const Manifest& manifest) {
  size_t size = 1 << 16;
  for (const Node& n : manifest.nodes) {
    size += 1500 + n.raw_code.size() + n.compiled_code.size() + n.description.size() +
            9 * n.unique_id.size() + 400 * n.columns.size();
    if (n.config.valid())
      size += manifest.config(n.config).json.size();
    if (n.unrendered_config.valid())
      size += manifest.config(n.unrendered_config).json.size();
  }
  for (const Macro& macro : manifest.macros)
    size += 700 + macro.macro_sql.size();
  return size + size / 16;
}

}  // namespace

Neighbours neighbours_of(const Manifest& manifest) {
  Neighbours made;
  made.parents.resize(manifest.nodes.size());
  made.children.resize(manifest.nodes.size());
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    if (manifest.is_disabled(NodeId(i)))
      continue;
    for (NodeId parent : manifest.nodes[i].depends_on) {
      if (manifest.is_disabled(parent))
        continue;
      made.parents[i].push_back(parent);
      made.children[parent.index()].push_back(NodeId(i));
    }
  }
  const auto by_unique_id = [&](NodeId a, NodeId b) {
    return manifest.node(a).unique_id < manifest.node(b).unique_id;
  };
  for (auto* lists : {&made.parents, &made.children})
    for (std::vector<NodeId>& list : *lists)
      std::sort(list.begin(), list.end(), by_unique_id);
  return made;
}

std::string manifest_json(const Manifest& manifest) {
  std::string out;
  out.reserve(expected_size(manifest));
  ManifestWriter(manifest, out).write();
  return out;
}

base::Data node_data(const Manifest& manifest, NodeId id) {
  DataTree tree;
  NodeFields<DataTree>(tree, manifest).node(manifest.node(id));
  return tree.take();
}

std::string node_json(const Manifest& manifest, NodeId id) {
  std::string out;
  JsonText json(out);
  Fields(json, manifest).node(manifest.node(id));
  return out;
}

}  // namespace weft::manifest
