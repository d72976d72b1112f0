// fqn, source and the methods that name one kind of resource.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "select/methods.h"

namespace weft::select {
namespace {

using manifest::Node;
using Parts = std::vector<std::string_view>;

/// A selector of fully qualified names, split once for all rows.
struct FqnPattern {
  explicit FqnPattern(std::string_view given) : text(given), parts(base::split(given, '.')) {
    for (first_wildcard = 0; first_wildcard < parts.size(); ++first_wildcard)
      if (parts[first_wildcard].find_first_of("*?[]") != std::string_view::npos)
        break;
    if (has_wildcard())
      tail = text.substr(static_cast<size_t>(parts[first_wildcard].data() - text.data()));
  }

  bool has_wildcard() const { return first_wildcard < parts.size(); }

  std::string_view text;
  Parts parts;
  size_t first_wildcard = 0;
  /// From the part with the first wildcard to the end.
  std::string_view tail;
};

/// The last two segments of a versioned fqn against the last two parts of the selector, where
/// either may have `_` for the dot: `fct.v2`, `fct_v2`.
bool matches_versioned_name(std::span<const std::string> fqn, const Parts& parts) {
  const auto joined = [](std::string_view a, std::string_view b) {
    return fmt::format("{}_{}", a, b);
  };
  const std::string wanted = parts.size() == 1
                                 ? std::string(parts[0])
                                 : joined(parts[parts.size() - 2], parts[parts.size() - 1]);
  const std::string own = fqn.size() == 1 ? fqn[0] : joined(fqn[fqn.size() - 2], fqn.back());
  return own == wanted;
}

bool matches_fqn(std::span<const std::string> fqn, const FqnPattern& pattern, bool is_versioned) {
  if (fqn.empty())
    return false;
  const std::string& leaf = is_versioned && fqn.size() > 1 ? fqn[fqn.size() - 2] : fqn.back();
  if (leaf == pattern.text)
    return true;
  if (is_versioned && matches_versioned_name(fqn, pattern.parts))
    return true;
  // Dots in names separate as well.
  Parts flat;
  for (const std::string& segment : fqn)
    for (std::string_view part : base::split(segment, '.'))
      flat.push_back(part);
  if (flat.size() < pattern.parts.size())
    return false;
  for (size_t i = 0; i < pattern.first_wildcard; ++i)
    if (flat[i] != pattern.parts[i])
      return false;
  if (!pattern.has_wildcard())
    return true;
  const std::string rest = fmt::format(
      "{}", fmt::join(flat.begin() + static_cast<std::ptrdiff_t>(pattern.first_wildcard),
                      flat.end(), "."));
  if (base::matches_pattern(rest, pattern.tail))
    return true;
  // A bare pattern finds names in any folder.
  return pattern.parts.size() == 1 && base::matches_pattern(leaf, pattern.text);
}

/// `[package.]name` with wildcards in both.
struct NamePattern {
  std::string_view package = "*";
  std::string_view name;
};

}  // namespace

diag::Result<NodeSet> select_by_fqn(MethodContext& context, const Criterion& criterion) {
  const std::string value = criterion.text();
  const FqnPattern pattern(value);
  return rows_where(context, [&](const Node& n) {
    if (n.type == ResourceType::Source)
      return false;
    if (value == "*")
      return true;
    const bool is_versioned = n.model && !n.model->version.is_null();
    const std::span<const std::string> fqn(n.fqn);
    return matches_fqn(fqn, pattern, is_versioned) ||
           (!fqn.empty() && matches_fqn(fqn.subspan(1), pattern, is_versioned));
  });
}

diag::Result<NodeSet> select_by_source(MethodContext& context, const Criterion& criterion) {
  const std::string value = criterion.text();
  const Parts parts = base::split(value, '.');
  if (parts.size() > 3)
    return bad_value(
        fmt::format("`{}` has {} parts, a source has at most three", value, parts.size()),
        "write `source`, `source.table` or `package.source.table`",
        fmt::format("Invalid source selector value \"{}\". Sources must be of the form "
                    "`${{source_name}}`, `${{source_name}}.${{target_name}}`, or "
                    "`${{package_name}}.${{source_name}}.${{target_name}}",
                    value));
  const std::string_view package = parts.size() == 3 ? parts[0] : "*";
  const std::string_view source = parts.size() == 3 ? parts[1] : parts[0];
  const std::string_view table = parts.size() == 1 ? "*" : parts.back();
  return rows_where(context, [&](const Node& n) {
    return n.type == ResourceType::Source && n.source &&
           base::matches_pattern(n.package_name, package) &&
           base::matches_pattern(n.source->source_name, source) &&
           base::matches_pattern(n.name, table);
  });
}

diag::Result<NodeSet> select_by_name(MethodContext& context, const Criterion& criterion) {
  const ResourceType type = *manifest::parse_resource_type(criterion.method);
  const std::string value = criterion.text();
  const Parts parts = base::split(value, '.');
  if (parts.size() > 2)
    return bad_value(fmt::format("`{}` has {} parts, the name of a {} has at most two", value,
                                 parts.size(), criterion.method),
                     "write `name` or `package.name`",
                     fmt::format("Invalid {} selector value \"{}\"", criterion.method, value));
  NamePattern pattern;
  pattern.name = parts.back();
  if (parts.size() == 2)
    pattern.package = parts.front();
  return rows_where(context, [&](const Node& n) {
    return n.type == type && base::matches_pattern(n.package_name, pattern.package) &&
           base::matches_pattern(n.name, pattern.name);
  });
}

}  // namespace weft::select
