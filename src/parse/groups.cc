// Groups: who owns models.
#include <fmt/format.h>

#include "parse/descriptions.h"
#include "parse/node_config.h"
#include "parse/node_patch.h"
#include "parse/state.h"

namespace weft::parse {

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
    std::vector<std::string> fqn = folder_fqn(group.package_name, file.path);
    fqn.push_back(group.name);
    group.config = configs.of_group(
        group.package_name, fqn,
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
