// tag, group, access, package, resource_type, version.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "select/methods.h"

namespace weft::select {
namespace {

using base::Data;
using manifest::Node;

/// Kinds that dbt has names for but that are never members of the graph: they select nothing.
constexpr std::string_view kOtherTypes[] = {"rpc", "doc", "macro", "group", "fixture"};

std::optional<double> as_number(const Data& version) {
  if (version.is_int())
    return static_cast<double>(version.as_int());
  if (version.is_float())
    return version.as_float();
  return version.is_string() ? base::parse_float(base::trim(version.as_string())) : std::nullopt;
}

/// As numbers when both are, else as text.
bool version_less(const Data& a, const Data& b) {
  const std::optional<double> x = as_number(a), y = as_number(b);
  if (x && y)
    return *x < *y;
  return base::python_str(a) < base::python_str(b);
}

}  // namespace

diag::Result<NodeSet> select_by_tag(MethodContext& context, const Criterion& criterion) {
  const std::string value = criterion.text();
  return rows_where(context, [&](const Node& n) {
    return n.type != ResourceType::SemanticModel &&
           std::any_of(n.tags.begin(), n.tags.end(),
                       [&](const std::string& tag) { return base::matches_pattern(tag, value); });
  });
}

diag::Result<NodeSet> select_by_group(MethodContext& context, const Criterion& criterion) {
  const std::string value = criterion.text();
  return rows_where(context, [&](const Node& n) {
    if (!is_executable_node(n.type) && n.type != ResourceType::Metric)
      return false;
    // The row's own group would count tests, which take it from their model.
    const std::string_view group =
        n.config.valid() ? context.manifest.config_of(n).text("group") : std::string_view();
    return !group.empty() && base::matches_pattern(group, value);
  });
}

diag::Result<NodeSet> select_by_access(MethodContext& context, const Criterion& criterion) {
  const std::string value = criterion.text();
  return rows_where(context, [&](const Node& n) { return n.model && n.model->access == value; });
}

diag::Result<NodeSet> select_by_package(MethodContext& context, const Criterion& criterion) {
  std::string value = criterion.text();
  if (value == "this" && !context.root_package().empty())
    value = context.root_package();
  return rows_where(context,
                    [&](const Node& n) { return base::matches_pattern(n.package_name, value); });
}

diag::Result<NodeSet> select_by_type(MethodContext& context, const Criterion& criterion) {
  const std::string value = criterion.text();
  const std::optional<ResourceType> type = manifest::parse_resource_type(value);
  if (!type &&
      std::find(std::begin(kOtherTypes), std::end(kOtherTypes), value) == std::end(kOtherTypes)) {
    std::vector<std::string> names;
    for (ResourceType t = ResourceType::Model; t <= ResourceType::UnitTest;
         t = static_cast<ResourceType>(static_cast<int>(t) + 1))
      names.emplace_back(manifest::resource_type_name(t));
    const auto near = base::nearest(value, names);
    return bad_value(fmt::format("there is no resource type `{}`", value),
                     near ? fmt::format("did you mean `{}`?", *near)
                          : "resource types are " + base::join(names, ", "),
                     fmt::format("Invalid resource_type selector \"{}\"", value));
  }
  return rows_where(context, [&](const Node& n) { return type && n.type == *type; });
}

diag::Result<NodeSet> select_by_version(MethodContext& context, const Criterion& criterion) {
  const std::string value = criterion.text();
  if (value != "latest" && value != "prerelease" && value != "old" && value != "none")
    return bad_value(fmt::format("`{}` is no kind of version", value),
                     "it can be latest, prerelease, old or none",
                     fmt::format("Invalid version type selector {}: expected one of: \"latest\", "
                                 "\"prerelease\", \"old\", or \"none\"",
                                 value));
  return rows_where(context, [&](const Node& n) {
    if (!n.model)
      return false;
    const Data& version = n.model->version;
    const Data& latest = n.model->latest_version;
    if (value == "none")
      return version.is_null();
    if (value == "latest")
      return !version.is_null() && version == latest;
    if (!version.truthy() || !latest.truthy())
      return false;
    return value == "old" ? version_less(version, latest) : version_less(latest, version);
  });
}

}  // namespace weft::select
