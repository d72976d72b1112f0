// MacroTable: every macro of the project, its packages and weft's own, and how a name is resolved.
//
// A bare name is looked for in the package of the node that is rendered, then in the root project,
// then among the built-in macros (dbt_postgres before dbt). A package's name is a namespace.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/data.h"
#include "config/project.h"
#include "diag/diagnostic.h"
#include "jinja/template.h"
#include "manifest/manifest.h"

namespace weft::context {

/// A macro that can be called. The template is owned by the table.
struct CallableMacro {
  const jinja::Template* code = nullptr;
  size_t index = 0;
  manifest::MacroId id;
};

/// Hash that finds std::string keys by string_view.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

using MacrosByName = std::unordered_map<std::string, CallableMacro, TextHash, std::equal_to<>>;

class MacroTable {
 public:
  /// `rules` is the root project's dispatch configuration.
  MacroTable(std::string root_package, std::vector<config::DispatchRule> rules);

  /// Keeps the template alive as long as the table.
  void keep(std::shared_ptr<const jinja::Template> code);
  /// Packages `dbt` and `dbt_postgres` are the built-in ones.
  void add(std::string_view package, std::string_view name, CallableMacro macro);

  /// A bare name as seen from a node of `package`. Null when there is none.
  const CallableMacro* find(std::string_view package, std::string_view name) const;
  /// `package.name`; `dbt` means all built-in macros. Null when there is none.
  const CallableMacro* find_in(std::string_view package, std::string_view name) const;
  /// A bare name in any package: the root project's, else a package's, else a built-in one.
  const CallableMacro* find_anywhere(std::string_view name) const;
  bool has_package(std::string_view package) const;
  /// Names of the macros of one package, `dbt` meaning all built-in ones. Null for no such package.
  const MacrosByName* package(std::string_view package) const;
  /// True when the macro that `name` means for a node of `package` is weft's own.
  bool is_builtin(std::string_view package, std::string_view name) const;

  /// adapter.dispatch(name, macro_namespace): the packages to search, in order; an empty name means
  /// the plain lookup of bare names.
  std::vector<std::string> dispatch_packages(std::string_view macro_namespace) const;
  /// What adapter.dispatch finds; null with the names tried in `tried`.
  const CallableMacro* dispatch(std::string_view node_package, std::string_view name,
                                std::string_view macro_namespace,
                                std::vector<std::string>* tried) const;

  /// The materialization for a node of `node_package`. A package's own version of a built-in
  /// materialization counts only when `packages_may_override`.
  const CallableMacro* find_materialization(std::string_view node_package, std::string_view name,
                                            bool packages_may_override) const;

  const std::string& root_package() const { return root_package_; }

 private:
  std::string root_package_;
  std::vector<config::DispatchRule> rules_;
  std::vector<std::shared_ptr<const jinja::Template>> templates_;
  std::unordered_map<std::string, MacrosByName, TextHash, std::equal_to<>> packages_;
  /// Built-in macros flat, dbt_postgres over dbt.
  MacrosByName builtin_;
};

inline constexpr std::string_view kBuiltinPackage = "dbt";
inline constexpr std::string_view kPostgresPackage = "dbt_postgres";

/// The error of adapter.dispatch for a name that nothing implements. `tried` is what dispatch()
/// tells.
diag::Diagnostic missing_dispatch(const std::string& name, const std::string& macro_namespace,
                                  const std::vector<std::string>& tried);

}  // namespace weft::context
