// manifest.json and node dicts.
#include <algorithm>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/ordered_parts.h"
#include "manifest/artifacts.h"
#include "manifest/data_tree.h"
#include "manifest/json_text.h"
#include "manifest/manifest_parts.h"
#include "manifest/metadata_json.h"
#include "manifest/node_fields.h"

namespace weft::manifest {
namespace {

using Fields = NodeFields<JsonText>;

template <typename Accepts>
std::vector<NodeId> enabled_rows(const Manifest& manifest, Accepts accepts) {
  std::vector<NodeId> made;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    if (accepts(manifest.nodes[i].type) && !manifest.is_disabled(NodeId(i)))
      made.push_back(NodeId(i));
  }
  return made;
}

/// The members of manifest.json, one after the other. `goes_on`: members stand before these.
class ManifestWriter {
 public:
  ManifestWriter(const Manifest& manifest, std::string& out, bool goes_on = false)
      : m_(manifest), json_(out, goes_on), fields_(json_, manifest) {}

  /// Everything before the first row of `nodes`.
  void head() {
    json_.open_map();
    metadata();
    open("nodes");
  }

  void rows(std::span<const NodeId> ids) {
    for (NodeId id : ids) {
      json_.any_key(m_.node(id).unique_id);
      fields_.node(m_.node(id));
    }
  }

  /// From the end of `nodes` to the first row of `parent_map`.
  void middle() {
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
    open("parent_map");
  }

  void edges(std::span<const NodeId> ids, const std::vector<std::vector<NodeId>>& all) {
    for (NodeId of : ids) {
      json_.any_key(m_.node(of).unique_id);
      json_.open_list();
      for (NodeId id : all[of.index()])
        json_.text(m_.node(id).unique_id);
      json_.close_list();
    }
  }

  void start_children() {
    json_.close_map();
    open("child_map");
  }

  /// Everything after the last row of `child_map`.
  void tail() {
    json_.close_map();
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

  void open(std::string_view key) {
    json_.key(key);
    json_.open_map();
  }

  void section(std::string_view key, ResourceType type) {
    open(key);
    rows(enabled_rows(m_, [type](ResourceType one) { return one == type; }));
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

/// manifest.json cut into parts that need nothing of each other.
class ManifestParts {
 public:
  explicit ManifestParts(const Manifest& manifest)
      : m_(manifest), nodes_(enabled_rows(manifest, is_executable_node)), connected_(nodes_) {
    for (ResourceType wanted :
         {ResourceType::Source, ResourceType::Exposure, ResourceType::Function,
          ResourceType::Metric, ResourceType::SemanticModel, ResourceType::SavedQuery,
          ResourceType::UnitTest}) {
      auto more = enabled_rows(manifest, [wanted](ResourceType type) { return type == wanted; });
      connected_.insert(connected_.end(), more.begin(), more.end());
    }
    add([](ManifestWriter& writer) { writer.head(); });
    add_portions(Topic::Rows, nodes_,
                 [](ManifestWriter& writer, std::span<const NodeId> ids) { writer.rows(ids); });
    add([](ManifestWriter& writer) { writer.middle(); });
    add_portions(Topic::Rows, connected_,
                 [this](ManifestWriter& writer, std::span<const NodeId> ids) {
                   writer.edges(ids, neighbours().parents);
                 });
    add([](ManifestWriter& writer) { writer.start_children(); });
    add_portions(Topic::Children, connected_,
                 [this](ManifestWriter& writer, std::span<const NodeId> ids) {
                   writer.edges(ids, neighbours().children);
                 });
    add([](ManifestWriter& writer) { writer.tail(); });
  }

  size_t size() const { return parts_.size(); }
  /// Safe from several threads.
  std::string part(size_t index) const {
    std::string out;
    out.reserve(parts_[index].expected_size);
    ManifestWriter writer(m_, out, parts_[index].goes_on);
    parts_[index].write(writer);
    return out;
  }

  bool is_always_made(size_t index) const { return parts_[index].topic == Topic::Everything; }

  /// See parts_about().
  std::vector<uint32_t> about(const std::vector<NodeId>& rows,
                              const std::vector<NodeId>& parents) const {
    std::vector<char> is_row(m_.nodes.size()), is_parent(m_.nodes.size());
    for (NodeId id : rows)
      is_row[id.index()] = 1;
    for (NodeId id : parents) {
      if (id.valid())
        is_parent[id.index()] = 1;
    }
    std::vector<uint32_t> found;
    for (size_t i = 0; i < parts_.size(); ++i) {
      const std::vector<char>& wanted = parts_[i].topic == Topic::Children ? is_parent : is_row;
      if (std::any_of(parts_[i].ids.begin(), parts_[i].ids.end(),
                      [&](NodeId id) { return wanted[id.index()] != 0; }))
        found.push_back(static_cast<uint32_t>(i));
    }
    return found;
  }

 private:
  /// What a part tells of: anything, some rows with their parents, the children of some rows.
  enum class Topic { Everything, Rows, Children };

  struct Part {
    std::function<void(ManifestWriter&)> write;
    bool goes_on = false;
    size_t expected_size = 0;
    Topic topic = Topic::Everything;
    std::span<const NodeId> ids = {};
  };

  static constexpr size_t kPortion = 32;
  /// Of a row with what makes it long: a usual one fits without being copied.
  static constexpr size_t kUsualRow = 3072;

  void add(void (*write)(ManifestWriter&)) { parts_.push_back({write}); }

  template <typename Write>
  void add_portions(Topic topic, const std::vector<NodeId>& ids, Write write) {
    std::span<const NodeId> all(ids);
    for (size_t begin = 0; begin < ids.size(); begin += kPortion) {
      auto portion = all.subspan(begin, std::min(kPortion, ids.size() - begin));
      parts_.push_back({[write, portion](ManifestWriter& writer) { write(writer, portion); },
                        begin > 0, portion.size() * kUsualRow, topic, portion});
    }
  }

  const Neighbours& neighbours() {
    std::call_once(once_, [this] { neighbours_ = neighbours_of(m_); });
    return neighbours_;
  }

  const Manifest& m_;
  std::vector<NodeId> nodes_, connected_;
  std::vector<Part> parts_;
  std::once_flag once_;
  Neighbours neighbours_;
};

/// A part that is made, or some that are copied.
struct Piece {
  size_t part = 0, count = 1;
  bool is_copied = false;
  uint64_t begin = 0, size = 0;
};

/// More than this is not copied at once, so that several threads take part.
constexpr uint64_t kLargestCopy = 512u << 10;

bool fits(const EarlierManifest& earlier, const ManifestParts& parts) {
  uint64_t size = 0;
  for (uint32_t part : earlier.part_sizes)
    size += part;
  return earlier.part_sizes.size() == parts.size() && size == earlier.file.info().size;
}

std::vector<Piece> plan_pieces(const ManifestParts& parts, const EarlierManifest* earlier) {
  std::vector<char> is_made(parts.size(), earlier == nullptr || !fits(*earlier, parts));
  for (size_t i = 0; i < parts.size(); ++i)
    is_made[i] |= parts.is_always_made(i);
  if (earlier != nullptr) {
    for (uint32_t part : earlier->differing) {
      if (part < is_made.size())
        is_made[part] = 1;
    }
  }
  std::vector<Piece> pieces;
  uint64_t begin = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    uint64_t size =
        earlier != nullptr && i < earlier->part_sizes.size() ? earlier->part_sizes[i] : 0;
    bool goes_on = !is_made[i] && !pieces.empty() && pieces.back().is_copied &&
                   pieces.back().size + size <= kLargestCopy;
    if (goes_on) {
      pieces.back().size += size;
      ++pieces.back().count;
    } else {
      pieces.push_back({i, 1, is_made[i] == 0, begin, size});
    }
    begin += size;
  }
  return pieces;
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

std::optional<base::IoError> write_manifest_json(const Manifest& manifest, size_t threads,
                                                 const base::PutPart& put) {
  ManifestParts parts(manifest);
  return base::put_in_order(
      parts.size(), threads, [&](size_t i) { return parts.part(i); }, put);
}

std::vector<uint32_t> parts_about(const Manifest& manifest, const std::vector<NodeId>& rows,
                                  const std::vector<NodeId>& parents) {
  return ManifestParts(manifest).about(rows, parents);
}

std::optional<base::IoError> write_manifest_json(const Manifest& manifest, size_t threads,
                                                 const base::PutPart& put,
                                                 const EarlierManifest* earlier,
                                                 std::vector<uint32_t>& part_sizes) {
  ManifestParts parts(manifest);
  std::vector<Piece> pieces = plan_pieces(parts, earlier);
  if (earlier != nullptr)
    part_sizes = earlier->part_sizes;
  part_sizes.resize(parts.size());
  return base::put_in_order(
      pieces.size(), threads,
      [&](size_t i) {
        const Piece& piece = pieces[i];
        std::string text;
        if (piece.is_copied) {
          text.resize(piece.size);
          if (earlier->file.read_at(piece.begin, text.data(), text.size()))
            return text;
          text.clear();
        }
        for (size_t part = piece.part; part < piece.part + piece.count; ++part) {
          std::string made = parts.part(part);
          part_sizes[part] = static_cast<uint32_t>(made.size());
          text = text.empty() ? std::move(made) : text + made;
        }
        return text;
      },
      put);
}

std::string manifest_json(const Manifest& manifest) {
  ManifestParts parts(manifest);
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i)
    out += parts.part(i);
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
