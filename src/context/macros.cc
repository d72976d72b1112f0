#include "context/macros.h"

#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "diag/code.h"

namespace weft::context {
namespace {

bool is_builtin_package(std::string_view package) {
  return package == kBuiltinPackage || package == kPostgresPackage;
}

const CallableMacro* find_macro(const MacrosByName& macros, std::string_view name) {
  auto found = macros.find(name);
  return found == macros.end() ? nullptr : &found->second;
}

constexpr std::array<std::string_view, 2> kPrefixes = {"postgres", "default"};

}  // namespace

MacroTable::MacroTable(std::string root_package, std::vector<config::DispatchRule> rules)
    : root_package_(std::move(root_package)), rules_(std::move(rules)) {}

void MacroTable::keep(std::shared_ptr<const jinja::Template> code) {
  templates_.push_back(std::move(code));
}

void MacroTable::add(std::string_view package, std::string_view name, CallableMacro macro) {
  packages_[std::string(package)][std::string(name)] = macro;
  if (package == kPostgresPackage)
    builtin_[std::string(name)] = macro;
  else if (package == kBuiltinPackage && !packages_[std::string(kPostgresPackage)].contains(name))
    builtin_[std::string(name)] = macro;
}

const CallableMacro* MacroTable::find(std::string_view package, std::string_view name) const {
  if (!is_builtin_package(package) && package != root_package_) {
    if (const MacrosByName* own = this->package(package)) {
      if (const CallableMacro* macro = find_macro(*own, name))
        return macro;
    }
  }
  if (const MacrosByName* root = this->package(root_package_)) {
    if (const CallableMacro* macro = find_macro(*root, name))
      return macro;
  }
  return find_macro(builtin_, name);
}

const CallableMacro* MacroTable::find_in(std::string_view package, std::string_view name) const {
  const MacrosByName* macros = this->package(package);
  return macros == nullptr ? nullptr : find_macro(*macros, name);
}

const CallableMacro* MacroTable::find_anywhere(std::string_view name) const {
  if (const CallableMacro* own = find_in(root_package_, name))
    return own;
  const CallableMacro* last = nullptr;
  for (const auto& [package, macros] : packages_) {
    const CallableMacro* macro = is_builtin_package(package) ? nullptr : find_macro(macros, name);
    if (macro != nullptr && (last == nullptr || last->id.index() < macro->id.index()))
      last = macro;
  }
  return last != nullptr ? last : find_macro(builtin_, name);
}

bool MacroTable::has_package(std::string_view package) const {
  return package == kBuiltinPackage || packages_.contains(package);
}

const MacrosByName* MacroTable::package(std::string_view package) const {
  if (package == kBuiltinPackage)
    return &builtin_;
  auto found = packages_.find(package);
  return found == packages_.end() ? nullptr : &found->second;
}

bool MacroTable::is_builtin(std::string_view package, std::string_view name) const {
  const CallableMacro* macro = find(package, name);
  const CallableMacro* own = find_macro(builtin_, name);
  return macro != nullptr && own != nullptr && macro == own;
}

std::vector<std::string> MacroTable::dispatch_packages(std::string_view macro_namespace) const {
  if (macro_namespace.empty())
    return {""};
  for (const config::DispatchRule& rule : rules_) {
    if (rule.macro_namespace == macro_namespace && !rule.search_order.empty())
      return rule.search_order;
  }
  if (has_package(macro_namespace))
    return {root_package_, std::string(macro_namespace)};
  return {""};
}

const CallableMacro* MacroTable::dispatch(std::string_view node_package, std::string_view name,
                                          std::string_view macro_namespace,
                                          std::vector<std::string>* tried) const {
  for (const std::string& package : dispatch_packages(macro_namespace)) {
    for (std::string_view prefix : kPrefixes) {
      std::string full = std::string(prefix) + "__" + std::string(name);
      const CallableMacro* macro =
          package.empty() ? find(node_package, full) : find_in(package, full);
      if (macro != nullptr)
        return macro;
      if (tried != nullptr)
        tried->push_back(package.empty() ? full : package + "." + full);
    }
  }
  return nullptr;
}

const CallableMacro* MacroTable::find_materialization(std::string_view node_package,
                                                      std::string_view name,
                                                      bool packages_may_override) const {
  std::vector<std::string> names;
  bool is_builtin = false;
  for (std::string_view adapter : kPrefixes) {
    names.push_back(fmt::format("materialization_{}_{}", name, adapter));
    is_builtin = is_builtin || find_macro(builtin_, names.back()) != nullptr;
  }
  bool asks_packages = !is_builtin || packages_may_override;
  for (const std::string& full : names) {
    if (const CallableMacro* macro = find_in(root_package_, full))
      return macro;
    if (asks_packages && !is_builtin_package(node_package)) {
      if (const CallableMacro* macro = find_in(node_package, full))
        return macro;
    }
    for (const auto& [package, macros] : packages_) {
      if (!asks_packages || is_builtin_package(package) || package == root_package_)
        continue;
      if (const CallableMacro* macro = find_macro(macros, full))
        return macro;
    }
    if (const CallableMacro* builtin = find_macro(builtin_, full))
      return builtin;
  }
  return nullptr;
}

diag::Diagnostic missing_dispatch(const std::string& name, const std::string& macro_namespace,
                                  const std::vector<std::string>& tried) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::DispatchMissing;
  diagnostic.message = fmt::format("no macro implements `{}` for postgres", name);
  diagnostic.note = "searched for " + base::join(tried, ", ");
  std::string quoted;
  for (const std::string& one : tried)
    quoted += (quoted.empty() ? "'" : "', '") + one;
  diagnostic.legacy_text = fmt::format(
      "Compilation Error\n  In dispatch: No macro named '{}' found within namespace: '{}'\n      "
      "Searched for: {}'",
      name, macro_namespace.empty() ? "None" : macro_namespace, quoted);
  return diagnostic;
}

}  // namespace weft::context
