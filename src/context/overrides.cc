#include "context/overrides.h"

#include <string>

namespace weft::context {

const CallableMacro* overriding_macro(const MacroTable& macros, const manifest::Manifest& manifest,
                                      std::string_view name) {
  const std::string& root = macros.root_package();
  if (!macros.is_builtin(root, name))
    return macros.find(root, name);
  const CallableMacro* found = macros.dispatch(root, std::string(name), "dbt", nullptr);
  if (found == nullptr)
    return nullptr;
  const std::string& package = manifest.macros[found->id.index()].package_name;
  return package == "dbt" || package == "dbt_postgres" ? nullptr : found;
}

}  // namespace weft::context
