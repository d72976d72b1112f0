// Models, analyses, singular tests, snapshots and functions: their files become rows, and their
// texts are rendered once, in parallel, to learn what they refer to.
#include <fmt/format.h>

#include "base/hash.h"
#include "base/parallel.h"
#include "base/paths.h"
#include "base/strings.h"
#include "context/relations.h"
#include "jinja/blocks.h"
#include "parse/node_patch.h"
#include "parse/python_calls.h"
#include "parse/versions.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataMap;

ResourceType type_of(FileKind kind) {
  switch (kind) {
    case FileKind::Analysis:
      return ResourceType::Analysis;
    case FileKind::SingularTest:
      return ResourceType::Test;
    case FileKind::Snapshot:
      return ResourceType::Snapshot;
    case FileKind::Function:
      return ResourceType::Function;
    default:
      return ResourceType::Model;
  }
}

std::string_view section_of(ResourceType type) {
  switch (type) {
    case ResourceType::Analysis:
      return "analyses";
    case ResourceType::Test:
      return "data_tests";
    case ResourceType::Snapshot:
      return "snapshots";
    case ResourceType::Function:
      return "functions";
    default:
      return "models";
  }
}

std::vector<std::string> fqn_of(const std::string& package, const std::string& path,
                                ResourceType type) {
  std::vector<std::string> fqn = folder_fqn(package, path);
  if (type == ResourceType::Analysis)
    fqn.insert(fqn.begin() + 1, "analysis");
  return fqn;
}

/// [begin, end) of the text without white space around it.
std::pair<uint32_t, uint32_t> trimmed_range(std::string_view text) {
  std::string_view trimmed = base::trim(text);
  auto begin = static_cast<uint32_t>(trimmed.data() - text.data());
  return {begin, begin + static_cast<uint32_t>(trimmed.size())};
}

PendingNode make_pending(State& state, size_t file_index, const std::string& name) {
  const ProjectFile& file = state.files[file_index];
  PendingNode pending;
  pending.file = file_index;
  Node& node = pending.node;
  node.type = type_of(file.kind);
  node.name = name;
  node.package_name = state.project_of(file).name;
  node.path = file.path;
  node.original_file_path = file.original_file_path;
  node.fqn = fqn_of(node.package_name, file.path, node.type);
  node.created_at = state.now;
  if (file.kind == FileKind::PythonModel)
    node.language = "python";
  if (node.type == ResourceType::Analysis)
    node.path = "analysis/" + file.path;
  if (node.type == ResourceType::Model)
    node.model = std::make_unique<manifest::ModelFields>();
  if (node.type == ResourceType::Test)
    node.test = std::make_unique<manifest::TestFields>();
  if (node.type == ResourceType::Function) {
    node.function = std::make_unique<manifest::FunctionFields>();
    node.language = function_language(file.path);
  }
  const std::string& text = state.input.sources.get(file.source).text;
  node.checksum = {"sha256", base::sha256_hex(base::collapse_whitespace(text))};
  return pending;
}

void set_text(State& state, PendingNode& pending, uint32_t begin, uint32_t end) {
  const ProjectFile& file = state.files[pending.file];
  const std::string& text = state.input.sources.get(file.source).text;
  pending.node.source_span = {file.source, begin, end};
  pending.node.raw_code = text.substr(begin, end - begin);
}

void add_file(State& state, size_t index, const EntryIndex& entries,
              const std::unordered_map<std::string, VersionedModel>& versions) {
  const ProjectFile& file = state.files[index];
  std::string stem(base::stem_of(base::file_name(file.path)));
  PendingNode pending = make_pending(state, index, stem);
  Node& node = pending.node;
  auto versioned = node.type == ResourceType::Model ? versions.find(node.package_name + "." + stem)
                                                    : versions.end();
  if (versioned != versions.end()) {
    const Entry& entry = state.entries[versioned->second.entry];
    const Data& version = *versioned->second.item.get("v");
    node.name = entry.name;
    node.model->version = version;
    node.model->latest_version = latest_version(entry.data);
    pending.entry = versioned->second.entry;
    pending.version_item = versioned->second.item;
    node.fqn.push_back(node.name);
    node.fqn.push_back("v" + python_str(version));
    node.unique_id =
        fmt::format("model.{}.{}.v{}", node.package_name, node.name, python_str(version));
  } else {
    node.fqn.push_back(node.name);
    node.unique_id =
        fmt::format("{}.{}.{}", resource_type_name(node.type), node.package_name, node.name);
    pending.entry = entries.find(section_of(node.type), node.package_name, node.name);
  }
  auto [begin, end] = trimmed_range(state.input.sources.get(file.source).text);
  set_text(state, pending, begin, end);
  state.pending.push_back(std::move(pending));
}

void add_snapshot_blocks(State& state, size_t index, const EntryIndex& entries) {
  static const std::vector<std::string> kWords = {"snapshot"};
  const ProjectFile& file = state.files[index];
  auto found = jinja::find_blocks(file.source, state.input.sources, kWords);
  if (auto* error = std::get_if<jinja::Error>(&found)) {
    state.report(jinja::to_diagnostic(*error));
    return;
  }
  for (const jinja::Block& block : std::get<jinja::FoundBlocks>(found).blocks) {
    std::string name = block.header.substr(0, block.header.find('.'));
    PendingNode pending = make_pending(state, index, name);
    Node& node = pending.node;
    node.fqn.emplace_back(base::stem_of(base::file_name(file.path)));
    node.fqn.push_back(name);
    node.unique_id = fmt::format("snapshot.{}.{}", node.package_name, name);
    pending.entry = entries.find("snapshots", node.package_name, name);
    set_text(state, pending, block.body.begin, block.body.end);
    state.pending.push_back(std::move(pending));
  }
}

/// Snapshots that stand in a properties file alone: `relation: ref('orders')`.
void add_yaml_snapshots(State& state) {
  for (size_t i = 0; i < state.entries.size(); ++i) {
    Entry& entry = state.entries[i];
    const Data* relation = entry.data.get("relation");
    if (entry.section != "snapshots" || relation == nullptr || relation->is_null())
      continue;
    PendingNode pending = make_pending(state, entry.file, entry.name);
    Node& node = pending.node;
    node.type = ResourceType::Snapshot;
    node.model.reset();
    node.fqn.push_back(entry.name);
    node.path = entry.name + ".sql";
    node.unique_id = fmt::format("snapshot.{}.{}", node.package_name, entry.name);
    node.raw_code = fmt::format("select * from {{{{ {} }}}}", python_str(*relation));
    // dbt takes the whole properties file for the snapshot's text here.
    const std::string& file = state.input.sources.get(state.files[entry.file].source).text;
    node.checksum = {"sha256", base::sha256_hex(base::collapse_whitespace(file))};
    pending.entry = i;
    state.pending.push_back(std::move(pending));
  }
}

void render_python(PendingNode& pending) {
  Node& node = pending.node;
  diag::Status status = read_python_calls(node.raw_code, node.source_span.source, pending.capture);
  if (status)
    return;
  pending.error = status.error();
  pending.error->span.begin += node.source_span.begin;
  pending.error->span.end += node.source_span.begin;
}

void render(const State& state, PendingNode& pending, context::Worker& worker) {
  Node& node = pending.node;
  // Functions in Python are templates like those in SQL.
  if (node.language == "python" && node.type == ResourceType::Model)
    return render_python(pending);
  const context::Shared& shared = *state.shared;
  std::variant<std::shared_ptr<const jinja::Template>, jinja::Error> code;
  if (node.source_span.valid()) {
    code = shared.jinja.compile(node.source_span.source, node.original_file_path,
                                node.source_span.begin, node.source_span.end);
  } else {
    diag::SourceId source = shared.sources.add(node.original_file_path, node.raw_code);
    code = shared.jinja.compile(source, node.original_file_path);
  }
  context::NodeScope scope;
  scope.package_name = node.package_name;
  scope.node = &node;
  pending.capture.may_be_changeable = true;
  scope.capture = &pending.capture;
  node.database = state.input.profile.credentials.database;
  node.schema = state.input.profile.credentials.schema;
  node.alias = node.name;
  static const DataMap kNoConfig;
  scope.relation = context::relation_of(node, kNoConfig, state.input.root.quoting);
  if (auto* error = std::get_if<jinja::Error>(&code)) {
    diag::Diagnostic diagnostic = jinja::to_diagnostic(*error);
    diagnostic.legacy_text = fmt::format("Compilation Error in {} {} ({})\n  {}\n    line {}",
                                         resource_type_name(node.type), node.name,
                                         node.original_file_path, diagnostic.message, error->line);
    pending.error = std::move(diagnostic);
    return;
  }
  diag::Result<jinja::Rendered> rendered = worker.render(*std::get<0>(code), scope);
  if (!rendered)
    pending.error = rendered.error();
}

/// Whether a package has an enabled model or snapshot of its own under a name.
bool has_enabled(const State& state, ConfigBuilder& configs, const EntryIndex& entries,
                 const Node& like, const std::string& package) {
  std::string id = fmt::format("{}.{}.{}", resource_type_name(like.type), package, like.name);
  if (state.result->manifest.node_by_unique_id.contains(id))
    return true;
  for (const PendingNode& pending : state.pending) {
    const Node& node = pending.node;
    if (node.unique_id != id)
      continue;
    size_t row = entries.find(section_of(node.type), package, node.name);
    DataMap patch =
        row == PendingNode::kNoEntry ? DataMap{} : entry_config(state.entries[row].data);
    DataMap config = configs.build(node.type, package, node.fqn, patch, pending.capture.config);
    const Data* enabled = config.find("enabled");
    return enabled == nullptr || enabled->bool_or(true);
  }
  return false;
}

/// Makes the row whole, but for its place in the manifest. Nodes of several threads do not meet
/// here.
void finish(State& state, context::Worker& worker, ConfigBuilder& configs, PendingNode& pending) {
  static const Data kNothing(DataMap{});
  Node& node = pending.node;
  const Entry* entry =
      pending.entry == PendingNode::kNoEntry ? nullptr : &state.entries[pending.entry];
  Data of_version;
  if (entry != nullptr && !pending.version_item.is_null())
    of_version = entry_of_version(entry->data, pending.version_item);
  const Data& entry_data = entry == nullptr       ? kNothing
                           : of_version.is_null() ? entry->data
                                                  : of_version;
  CallConfig calls = call_config(state, node, pending.capture, node.type == ResourceType::Model);
  take_capture(node, pending.capture);
  finish_node(state, worker, configs, node, entry, entry_data, pending.capture.config, calls);
  if (node.function != nullptr && entry != nullptr)
    read_function(state, *entry, *node.function);
}

void add_row(State& state, PendingNode& pending) {
  NodeId id = add_node(state, std::move(pending.node));
  if (pending.capture.is_changeable)
    state.changeable.push_back(id);
  if (pending.error && !state.manifest().is_disabled(id))
    state.report(std::move(*pending.error));
}

void find_foreign_entries(State& state, const EntryIndex& entries) {
  ConfigBuilder configs(state);
  for (PendingNode& pending : state.pending) {
    const Node& node = pending.node;
    bool can_be_foreign = node.type == ResourceType::Model || node.type == ResourceType::Snapshot;
    if (pending.entry == PendingNode::kNoEntry && can_be_foreign) {
      pending.entry = entries.find_foreign(
          section_of(node.type), node.package_name, node.name, [&](const std::string& package) {
            return has_enabled(state, configs, entries, node, package);
          });
    }
    if (pending.entry != PendingNode::kNoEntry)
      state.entries[pending.entry].is_used = true;
  }
}

/// Calls `work(worker, configs, pending)` for all pending nodes, with what each thread owns.
template <typename Work>
void for_all_pending(State& state, Work work) {
  struct Lane {
    context::Worker worker;
    ConfigBuilder configs;
  };
  size_t threads = state.input.threads;
  std::vector<std::unique_ptr<Lane>> lanes(threads);
  base::parallel_for(state.pending.size(), threads, [&](size_t thread, size_t i) {
    if (lanes[thread] == nullptr)
      lanes[thread].reset(new Lane{{*state.shared, nullptr}, ConfigBuilder(state)});
    work(lanes[thread]->worker, lanes[thread]->configs, state.pending[i]);
  });
}

}  // namespace

std::optional<PendingNode> parse_one(State& state, size_t file) {
  EntryIndex entries(state);
  add_file(state, file, entries, {});
  PendingNode pending = std::move(state.pending.back());
  state.pending.pop_back();
  context::Worker worker(*state.shared, nullptr);
  ConfigBuilder configs(state);
  render(state, pending, worker);
  if (pending.error)
    return std::nullopt;
  finish(state, worker, configs, pending);
  return pending;
}

void parse_sql_nodes(State& state) {
  EntryIndex entries(state);
  auto versions = find_versions(state);
  state.pending.reserve(state.files.size());
  for (size_t i = 0; i < state.files.size(); ++i) {
    switch (state.files[i].kind) {
      case FileKind::Model:
      case FileKind::PythonModel:
      case FileKind::Analysis:
      case FileKind::SingularTest:
      case FileKind::Function:
        add_file(state, i, entries, versions);
        break;
      case FileKind::Snapshot:
        add_snapshot_blocks(state, i, entries);
        break;
      default:
        break;
    }
  }
  add_yaml_snapshots(state);
  for_all_pending(state, [&](context::Worker& worker, ConfigBuilder&, PendingNode& pending) {
    render(state, pending, worker);
  });
  absorb_overloads(state);
  find_foreign_entries(state, entries);
  state.interner->hold();
  for_all_pending(state, [&](context::Worker& worker, ConfigBuilder& configs,
                             PendingNode& pending) { finish(state, worker, configs, pending); });
  state.interner->settle();
  // A large vector that grows is copied, and there twice for a while. Sources, seeds and whatever
  // has an entry of its own come later.
  state.manifest().nodes.reserve(state.files.size() + state.entries.size() / 8 +
                                 count_tests(state.entries));
  for (PendingNode& pending : state.pending)
    add_row(state, pending);
  std::vector<PendingNode>().swap(state.pending);
}

}  // namespace weft::parse
