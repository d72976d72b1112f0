#include "config/variables.h"

#include "base/strings.h"

namespace weft::config {

base::DataMap custom_variables(const base::Env& env) {
  constexpr std::string_view kPrefix = "DBT_ENV_CUSTOM_ENV_";
  base::DataMap made;
  for (const auto& [name, value] : env.variables) {
    if (base::starts_with(name, kPrefix))
      made.set(std::string_view(name).substr(kPrefix.size()), base::Data(value));
  }
  return made;
}

}  // namespace weft::config
