// Seeds: one row a CSV file; the rows are read when the seed is loaded.
#include <fmt/format.h>

#include "base/hash.h"
#include "base/paths.h"
#include "base/strings.h"
#include "parse/node_patch.h"

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
    node.fqn = {node.package_name};
    std::string_view folder = base::folder_of(file.path);
    if (!folder.empty() && folder != ".") {
      for (std::string_view part : base::split(folder, '/'))
        node.fqn.emplace_back(part);
    }
    node.fqn.push_back(node.name);
    node.created_at = state.now;
    node.root_path = project.root;
    node.checksum = checksum_of(state, file);
    size_t index = entries.find("seeds", node.package_name, node.name);
    Entry* entry = index == PendingNode::kNoEntry ? nullptr : &state.entries[index];
    if (entry != nullptr)
      entry->is_used = true;
    base::Data data = entry == nullptr ? base::Data(base::DataMap{}) : entry->data;
    finish_node(state, worker, configs, node, entry, data, {});
    add_node(state, std::move(node));
  }
}

}  // namespace weft::parse
