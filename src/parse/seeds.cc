// Seeds: one row a CSV or JSON file; the rows are read when the seed is loaded.
#include <fmt/format.h>

#include "adapter/json_seed.h"
#include "base/hash.h"
#include "base/paths.h"
#include "base/strings.h"
#include "parse/node_patch.h"
#include "parse/properties_error.h"

namespace weft::parse {
namespace {

constexpr uint64_t kMebibyte = 1024 * 1024;

/// dbt hashes the text with "\n" line ends and no white space around it; a file over the limit is
/// known by its path alone.
manifest::FileChecksum checksum_of(State& state, const ProjectFile& file) {
  auto limit =
      static_cast<uint64_t>(state.input.flags.get_int("maximum_seed_size_mib")) * kMebibyte;
  std::optional<base::FileInfo> info = state.input.env.files.info(file.absolute_path);
  if (limit > 0 && info && info->size > limit)
    return {"path", file.original_file_path};
  base::IoResult<std::string> text = state.input.env.files.read(file.absolute_path);
  if (!text)
    return {"path", file.original_file_path};
  std::string content = base::replace_all(base::replace_all(*text, "\r\n", "\n"), "\r", "\n");
  return {"sha256", base::sha256_hex(base::trim(content))};
}

/// A hook of a seed may call macros, but nothing that needs another node: seeds come first.
void check_hooks(State& state, context::Worker& worker, const Node& node) {
  std::string listed;
  bool depends = false;
  for (const char* key : {"pre-hook", "post-hook"}) {
    const base::Data* hooks = state.manifest().config_of(node).find(key);
    if (hooks == nullptr || !hooks->is_list())
      continue;
    for (const base::Data& hook : hooks->as_list()) {
      const base::Data* sql = hook.get("sql");
      if (sql == nullptr || !sql->is_string())
        continue;
      listed += fmt::format("- {}: \"{}\"\n",
                            key == std::string_view("pre-hook") ? "pre_hook" : "post_hook",
                            sql->as_string());
      if (sql->as_string().find("{{") == std::string::npos)
        continue;
      context::Capture capture;
      context::NodeScope scope;
      scope.package_name = node.package_name;
      scope.node = &node;
      scope.capture = &capture;
      diag::Result<jinja::Rendered> rendered =
          worker.render_text(sql->as_string(), "hook of seed " + node.name, scope);
      if (!rendered)
        state.report(rendered.error());
      depends =
          depends || !capture.refs.empty() || !capture.sources.empty() || !capture.metrics.empty();
    }
  }
  if (!depends)
    return;
  state.report(properties_error(
      fmt::format("a hook of seed `{}` refers to another node", node.name), node.patch_span,
      "write the relation's name, or move the hook to on-run-end",
      fmt::format(
          "Seeds cannot depend on other nodes. dbt detected a seed with a pre- or post-hook\n  "
          "that calls 'ref', 'source', or 'metric', either directly or indirectly via other "
          "macros.\n  \n  Error raised for '{}', which has these hooks defined: \n{}",
          node.unique_id, listed)));
}

std::vector<std::string> fqn_of(const std::string& package, const std::string& path) {
  std::vector<std::string> fqn = folder_fqn(package, path);
  fqn.emplace_back(base::stem_of(base::file_name(path)));
  return fqn;
}

/// The configuration of a seed as far as it is known before its node is made.
base::DataMap early_config(const State& state, ConfigBuilder& configs, const ProjectFile& file,
                           size_t entry) {
  const std::string& package = state.project_of(file).name;
  base::DataMap patch =
      entry == PendingNode::kNoEntry ? base::DataMap{} : entry_config(state.entries[entry].data);
  return configs.build(ResourceType::Seed, package, fqn_of(package, file.path), patch, {});
}

/// A JSON file is a seed where `meta.weft_json` says how to read it; dbt knows CSV only, so other
/// JSON files in the folder are none of its business. A wrong setting is reported.
bool is_seed(State& state, ConfigBuilder& configs, const ProjectFile& file, size_t entry) {
  if (!adapter::json_layout(file.path))
    return true;
  diag::Result<std::optional<adapter::JsonSeedOptions>> options =
      adapter::json_seed_options(early_config(state, configs, file, entry));
  if (options)
    return options->has_value();
  diag::Diagnostic diagnostic = options.error();
  diagnostic.message = fmt::format("seed `{}`: {}", file.original_file_path, diagnostic.message);
  state.report(std::move(diagnostic));
  return false;
}

/// Whether a package has an enabled seed of its own under a name.
bool has_enabled(const State& state, ConfigBuilder& configs, const EntryIndex& entries,
                 const std::string& name, const std::string& package) {
  for (const ProjectFile& file : state.files) {
    if (file.kind != FileKind::Seed || state.project_of(file).name != package ||
        base::stem_of(base::file_name(file.path)) != name)
      continue;
    base::DataMap config = early_config(state, configs, file, entries.find("seeds", package, name));
    diag::Result<std::optional<adapter::JsonSeedOptions>> json = adapter::json_seed_options(config);
    if (adapter::json_layout(file.path) && !(json && json->has_value()))
      continue;
    const base::Data* enabled = config.find("enabled");
    return enabled == nullptr || enabled->bool_or(true);
  }
  return false;
}

}  // namespace

void parse_seeds(State& state) {
  EntryIndex entries(state);
  context::Worker worker(*state.shared, nullptr);
  ConfigBuilder configs(state);
  for (const ProjectFile& file : state.files) {
    if (file.kind != FileKind::Seed)
      continue;
    const config::Project& project = state.project_of(file);
    Node node;
    node.type = ResourceType::Seed;
    node.name = std::string(base::stem_of(base::file_name(file.path)));
    node.package_name = project.name;
    node.path = file.path;
    node.original_file_path = file.original_file_path;
    node.unique_id = fmt::format("seed.{}.{}", node.package_name, node.name);
    node.fqn = fqn_of(node.package_name, file.path);
    node.created_at = state.now;
    node.root_path = project.root;
    size_t index = entries.find("seeds", node.package_name, node.name);
    if (index == PendingNode::kNoEntry) {
      index = entries.find_foreign(
          "seeds", node.package_name, node.name, [&](const std::string& package) {
            return has_enabled(state, configs, entries, node.name, package);
          });
    }
    if (!is_seed(state, configs, file, index))
      continue;
    node.checksum = checksum_of(state, file);
    Entry* entry = index == PendingNode::kNoEntry ? nullptr : &state.entries[index];
    if (entry != nullptr)
      entry->is_used = true;
    base::Data data = entry == nullptr ? base::Data(base::DataMap{}) : entry->data;
    finish_node(state, worker, configs, node, entry, data, {});
    check_hooks(state, worker, node);
    add_node(state, std::move(node));
  }
}

}  // namespace weft::parse
