// Few files changed: their rows are parsed again and take their places in what the cache holds.
//
// A row may only change in what nobody else reads while parsing: its text, what it refers to, where
// it stands, what describes it. Everything else (names, configuration, constraints, the relation)
// decides about other rows or about messages, and then everything is parsed.
#include <algorithm>
#include <set>
#include <utility>

#include "base/hash.h"
#include "manifest/archive.h"
#include "manifest/row_fields.h"
#include "parse/cache.h"

namespace weft::parse {
namespace {

using manifest::ArchiveReader;
using manifest::ArchiveWriter;

/// Rendering more rows than this again takes about as long as parsing everything.
constexpr size_t kMostRows = 500;
/// A cache that is patched is not written anew; after this many changed files it should be.
constexpr size_t kMostFiles = 50;

enum class Change { OfText, OfProperties };

std::string bytes_of(const Node& node) {
  ArchiveWriter archive;
  archive(node);
  return archive.take();
}

/// The members of a row that others may depend on, as bytes.
std::string noticed_by_others(const Node& node, Change change) {
  std::string bytes = bytes_of(node);
  Node copy;
  ArchiveReader reader(bytes);
  reader(copy);
  copy.raw_code.clear();
  copy.checksum = {};
  copy.created_at = 0;
  copy.source_span = {};
  copy.refs.clear();
  copy.sources.clear();
  copy.functions.clear();
  copy.metrics.clear();
  copy.depends_on.clear();
  copy.depends_on_macros.clear();
  if (change == Change::OfProperties) {
    copy.description.clear();
    copy.columns.clear();
    copy.doc_blocks.clear();
    copy.patch_span = {};
    if (copy.model != nullptr)
      copy.model->primary_key.clear();
  }
  return bytes_of(copy);
}

class Patcher {
 public:
  Patcher(State& state, const CacheHead& head)
      : state_(state), manifest_(state.manifest()), head_(head) {}

  /// The row that a file's text makes; invalid when it is not as simple as that.
  NodeId row_of(size_t file) const {
    const ProjectFile& wanted = state_.files[file];
    const std::string& package = state_.project_of(wanted).name;
    NodeId found;
    for (size_t i = 0; i < manifest_.nodes.size(); ++i) {
      const Node& node = manifest_.nodes[i];
      if (node.original_file_path != wanted.original_file_path || node.package_name != package)
        continue;
      if (found.valid())
        return NodeId();
      found = NodeId(i);
    }
    return found;
  }

  /// The file of a row that is made of a text of its own; nothing for others.
  std::optional<size_t> file_of(NodeId id) const {
    const Node& node = manifest_.node(id);
    for (size_t i = 0; i < state_.files.size(); ++i) {
      const ProjectFile& file = state_.files[i];
      bool is_own = file.kind == FileKind::Model || file.kind == FileKind::Analysis ||
                    file.kind == FileKind::SingularTest;
      if (is_own && file.source == node.source_span.source)
        return i;
    }
    return std::nullopt;
  }

  /// The properties file that describes the row, when it is of its own package.
  std::optional<size_t> properties_of(const Node& node) const {
    for (size_t i = 0; node.patch_path && i < state_.files.size(); ++i) {
      const ProjectFile& file = state_.files[i];
      if (file.kind == FileKind::Properties && state_.project_of(file).name == node.package_name &&
          *node.patch_path == node.package_name + "://" + file.original_file_path)
        return i;
    }
    return std::nullopt;
  }

  bool can_change(NodeId id) const {
    const Node& node = manifest_.node(id);
    bool has_own_file = node.type == ResourceType::Model || node.type == ResourceType::Analysis ||
                        node.type == ResourceType::Test;
    bool is_versioned = node.model != nullptr && !node.model->version.is_null();
    bool is_microbatch = node.config.valid() &&
                         manifest_.config_of(node).text("incremental_strategy") == "microbatch";
    return has_own_file && !is_versioned && !is_microbatch && !manifest_.is_disabled(id) &&
           (!node.patch_path || properties_of(node));
  }

  bool change(NodeId id, size_t file, Change how) {
    std::optional<PendingNode> made = parse_one(state_, file);
    if (!made)
      return false;
    bool is_quiet = !has_warning_about(manifest_.node(id));
    Node old = std::move(manifest_.node(id));
    Node& now = manifest_.node(id);
    now = std::move(made->node);
    bool infers_key =
        now.model != nullptr && old.model != nullptr && now.model->primary_key.empty();
    if (infers_key && how == Change::OfText)
      now.model->primary_key = old.model->primary_key;
    resolve_one(state_, id);
    note(id, old, now);
    if (now.raw_code == old.raw_code && now.checksum.checksum == old.checksum.checksum)
      now.created_at = old.created_at;
    // A text that asks for the time and came out as before leaves what was said as it was.
    if (bytes_of(now) == bytes_of(old))
      return true;
    return is_quiet && refers_quietly(now) &&
           noticed_by_others(now, how) == noticed_by_others(old, how) &&
           (now.depends_on_macros == old.depends_on_macros || !is_read_closely(id));
  }

  /// Models that a changed properties file describes, with their tests. False when the file says,
  /// or said, more than that.
  bool change_properties(size_t file) {
    std::vector<size_t> entries;
    std::set<std::string> described;
    for (size_t i = 0; i < state_.entries.size(); ++i) {
      const Entry& entry = state_.entries[i];
      if (entry.file != file)
        continue;
      if (entry.section != "models" || entry.data.get("versions") != nullptr)
        return false;
      entries.push_back(i);
      described.insert(entry.name);
    }
    std::vector<NodeId> models, tests;
    if (!find_rows(file, models, tests) || described.size() != models.size() ||
        has_warning_about(state_.files[file]))
      return false;
    for (NodeId id : models) {
      std::optional<size_t> own = file_of(id);
      if (!own || !described.contains(manifest_.node(id).name) || !can_change(id) ||
          is_read_closely(id) || !change(id, *own, Change::OfProperties))
        return false;
    }
    return change_tests(tests, entries);
  }

 private:
  /// For those who have written something of the old row.
  void note(NodeId id, const Node& old, Node& now) {
    ChangedRows& changed = state_.result->changed;
    changed.rows.push_back(id);
    double created_at = std::exchange(now.created_at, 0);
    changed.hash = base::hash64(bytes_of(now), base::hash64(now.unique_id, changed.hash));
    now.created_at = created_at;
    if (old.depends_on == now.depends_on)
      return;
    changed.parents.insert(changed.parents.end(), old.depends_on.begin(), old.depends_on.end());
    changed.parents.insert(changed.parents.end(), now.depends_on.begin(), now.depends_on.end());
  }

  /// A warning that may be said because of the row.
  static bool is_about(const diag::Diagnostic& warning, const Node& node) {
    bool is_in_text = warning.span.valid() && node.source_span.valid() &&
                      warning.span.source == node.source_span.source;
    auto names = [&](std::string_view text) {
      return text.find(node.name) != std::string_view::npos ||
             text.find(node.original_file_path) != std::string_view::npos;
    };
    return is_in_text || names(warning.message) || names(warning.legacy_text);
  }

  bool has_warning_about(const Node& node) const {
    return std::any_of(head_.warnings.begin(), head_.warnings.end(),
                       [&](const diag::Diagnostic& warning) { return is_about(warning, node); });
  }

  bool has_warning_about(const ProjectFile& file) const {
    return std::any_of(
        head_.warnings.begin(), head_.warnings.end(), [&](const diag::Diagnostic& warning) {
          return warning.span.source == file.source ||
                 warning.legacy_text.find(file.original_file_path) != std::string::npos;
        });
  }

  /// Nothing that it refers to makes a reference a matter of warnings.
  bool refers_quietly(const Node& node) const {
    return std::none_of(node.depends_on.begin(), node.depends_on.end(), [&](NodeId id) {
      const manifest::ModelFields* model = manifest_.node(id).model.get();
      return model != nullptr && (model->deprecation_date || !model->version.is_null());
    });
  }

  /// A row of the kinds that look into the models they are about: unit tests, semantic models.
  bool is_read_closely(NodeId id) const {
    const manifest::ModelFields* model = manifest_.node(id).model.get();
    if (model != nullptr && !model->time_spine.is_null())
      return true;
    return std::any_of(manifest_.nodes.begin(), manifest_.nodes.end(), [&](const Node& node) {
      return node.type > ResourceType::Exposure &&
             std::find(node.depends_on.begin(), node.depends_on.end(), id) != node.depends_on.end();
    });
  }

  /// What the properties file made; false when it made more than models' descriptions and tests.
  bool find_rows(size_t file, std::vector<NodeId>& models, std::vector<NodeId>& tests) const {
    const ProjectFile& of = state_.files[file];
    const std::string& package = state_.project_of(of).name;
    std::string patch = package + "://" + of.original_file_path;
    auto is_here = [&](const auto& row) {
      return row.package_name == package && row.original_file_path == of.original_file_path;
    };
    for (size_t i = 0; i < manifest_.nodes.size(); ++i) {
      const Node& node = manifest_.nodes[i];
      bool is_patched = node.patch_path == patch, is_of_file = is_here(node);
      if (!is_patched && !is_of_file)
        continue;
      bool is_test = is_of_file && node.test != nullptr && node.test->metadata;
      if (manifest_.is_disabled(NodeId(i)) || !(is_test || node.type == ResourceType::Model))
        return false;
      (is_test ? tests : models).push_back(NodeId(i));
    }
    return std::none_of(manifest_.groups.begin(), manifest_.groups.end(), is_here) &&
           std::none_of(manifest_.macros.begin(), manifest_.macros.end(),
                        [&](const manifest::Macro& macro) { return macro.patch_path == patch; });
  }

  /// The tests must be the same ones in the same order; what they say may differ.
  bool change_tests(const std::vector<NodeId>& rows, const std::vector<size_t>& entries) {
    std::vector<Node> made = parse_tests(state_, entries);
    if (made.size() != rows.size())
      return false;
    for (size_t i = 0; i < rows.size(); ++i) {
      Node& now = manifest_.node(rows[i]);
      bool is_enabled = manifest_.config_of(made[i]).flag("enabled", true);
      if (now.unique_id != made[i].unique_id || !is_enabled)
        return false;
      made[i].created_at = now.raw_code == made[i].raw_code ? now.created_at : state_.now;
      now = std::move(made[i]);
      if (now.test->attached_node.valid() && !now.group)
        now.group = manifest_.node(now.test->attached_node).group;
      resolve_one(state_, rows[i]);
      if (!refers_quietly(now) || !manifest_.config_of(now).flag("enabled", true))
        return false;
    }
    infer_primary_keys(manifest_);
    return true;
  }

  State& state_;
  manifest::Manifest& manifest_;
  const CacheHead& head_;
};

/// Reads properties files of which only some have changed: what the others make weft say stands
/// among the kept warnings. False when the changed ones say anything.
bool read_again(State& state, const std::vector<size_t>& changed, const std::set<size_t>& same) {
  read_properties(state, changed);
  if (!state.input.sink.take().empty())
    return false;
  std::vector<size_t> others;
  std::set_difference(same.begin(), same.end(), changed.begin(), changed.end(),
                      std::back_inserter(others));
  read_properties(state, others);
  bool has_errors = state.input.sink.has_errors();
  state.input.sink.take();
  return !has_errors;
}

}  // namespace

bool patch_rows(State& state, const CacheHead& head, const std::vector<size_t>& changed) {
  if (changed.empty() && head.changeable.empty())
    return true;
  Patcher patcher(state, head);
  std::set<std::pair<NodeId, size_t>> rows;
  std::vector<size_t> changed_properties;
  for (size_t file : changed) {
    if (state.files[file].kind == FileKind::Properties)
      changed_properties.push_back(file);
    else
      rows.emplace(patcher.row_of(file), file);
  }
  for (NodeId id : head.changeable) {
    std::optional<size_t> file = id.index() < head.node_count ? patcher.file_of(id) : std::nullopt;
    if (!file)
      return false;
    rows.emplace(id, *file);
  }
  if (rows.size() > kMostRows || changed.size() > kMostFiles)
    return false;
  std::set<size_t> properties;
  for (const auto& [id, file] : rows) {
    if (!id.valid() || !patcher.can_change(id))
      return false;
    if (std::optional<size_t> describing = patcher.properties_of(state.manifest().node(id)))
      properties.insert(*describing);
  }
  for (size_t i = 0; i < state.manifest().docs.size(); ++i) {
    const manifest::DocBlock& doc = state.manifest().docs[i];
    state.docs.emplace(doc.package_name + "." + doc.name, i);
  }
  state.interner = std::make_unique<manifest::ConfigInterner>(state.manifest());
  if (!read_again(state, changed_properties, properties))
    return false;
  bool fits = std::all_of(rows.begin(), rows.end(),
                          [&](const auto& row) {
                            return patcher.change(row.first, row.second, Change::OfText);
                          }) &&
              std::all_of(changed_properties.begin(), changed_properties.end(),
                          [&](size_t file) { return patcher.change_properties(file); });
  return fits && state.input.sink.take().empty();
}

}  // namespace weft::parse
