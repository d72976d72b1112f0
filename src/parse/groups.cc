// Groups: who owns models.
#include <fmt/format.h>

#include "parse/descriptions.h"
#include "parse/state.h"

namespace weft::parse {

void parse_groups(State& state) {
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
    group.config.set("meta", base::Data(base::DataMap{}));
    if (const base::Data* config = entry.data.get("config");
        config != nullptr && config->is_map()) {
      for (const auto& [key, value] : config->as_map())
        group.config.set(key, value);
    }
    for (const manifest::Group& other : state.manifest().groups) {
      if (other.name != group.name)
        continue;
      diag::Diagnostic diagnostic;
      diagnostic.code = diag::Code::DuplicateResource;
      diagnostic.message = fmt::format("two groups are called `{}`", group.name);
      diagnostic.span = entry.node->span;
      diagnostic.hint = "rename or remove one of them";
      state.report(std::move(diagnostic));
    }
    state.manifest().groups.push_back(std::move(group));
  }
}

}  // namespace weft::parse
