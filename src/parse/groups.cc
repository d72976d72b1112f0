// Groups: who owns models.
#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "parse/descriptions.h"
#include "parse/node_config.h"
#include "parse/node_patch.h"
#include "parse/state.h"

namespace weft::parse {

namespace {

std::vector<std::string> fqn_of(const std::string& package, const std::string& path,
                                const std::string& name) {
  std::vector<std::string> fqn = {package};
  std::string_view folder = base::folder_of(path);
  if (!folder.empty() && folder != ".") {
    for (std::string_view part : base::split(folder, '/'))
      fqn.emplace_back(part);
  }
  fqn.push_back(name);
  return fqn;
}

}  // namespace

void parse_groups(State& state) {
  ConfigBuilder configs(state);
  for (Entry& entry : state.entries) {
    if (entry.section != "groups")
      continue;
    entry.is_used = true;
    const ProjectFile& file = state.files[entry.file];
    manifest::Group group;
    group.name = entry.name;
    group.package_name = state.project_of(file).name;
    group.path = file.path;
    group.original_file_path = file.original_file_path;
    group.unique_id = fmt::format("group.{}.{}", group.package_name, group.name);
    group.description = description_text(entry.data);
    if (const base::Data* owner = entry.data.get("owner"); owner != nullptr && owner->is_map())
      group.owner = owner->as_map();
    for (const char* key : {"email", "name"}) {
      if (!group.owner.contains(key))
        group.owner.set(key, base::Data());
    }
    const base::Data* config = entry.data.get("config");
    group.config = configs.of_group(
        group.package_name, fqn_of(group.package_name, file.path, group.name),
        config != nullptr && config->is_map() ? config->as_map() : base::DataMap{});
    for (const manifest::Group& other : state.manifest().groups) {
      if (other.name != group.name)
        continue;
      diag::Diagnostic diagnostic;
      diagnostic.code = diag::Code::DuplicateResource;
      diagnostic.message = fmt::format("two groups are called `{}`", group.name);
      diagnostic.span = entry.node->span;
      diagnostic.hint = "rename or remove one of them";
      diagnostic.legacy_text = duplicate_sentence("groups", group.name, group.name,
                                                  {other.unique_id, other.original_file_path},
                                                  {group.unique_id, group.original_file_path});
      state.report(std::move(diagnostic));
    }
    state.manifest().groups.push_back(std::move(group));
  }
}

}  // namespace weft::parse
