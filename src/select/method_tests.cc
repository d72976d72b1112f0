// test_name, test_type.
#include <fmt/format.h>

#include "base/strings.h"
#include "select/methods.h"

namespace weft::select {
namespace {

using manifest::Node;

bool is_generic(const Node& n) {
  return n.type == ResourceType::Test && n.test && n.test->metadata.has_value();
}

bool is_singular(const Node& n) { return n.type == ResourceType::Test && !is_generic(n); }

}  // namespace

diag::Result<NodeSet> select_by_test_name(MethodContext& context, const Criterion& criterion) {
  const std::string value = criterion.text();
  return rows_where(context, [&](const Node& n) {
    if (is_generic(n))
      return base::matches_pattern(n.test->metadata->name, value);
    return n.type == ResourceType::UnitTest && base::matches_pattern(n.name, value);
  });
}

diag::Result<NodeSet> select_by_test_type(MethodContext& context, const Criterion& criterion) {
  const std::string value = criterion.text();
  // `schema` and `data` are the words of old versions.
  const bool generic = value == "generic" || value == "schema" || value == "data";
  const bool singular = value == "singular" || value == "data";
  const bool unit = value == "unit";
  if (!generic && !singular && !unit)
    return bad_value(fmt::format("there is no test type `{}`", value),
                     "it can be generic, singular, unit or data",
                     fmt::format("Invalid test type selector {}: expected \"generic\", "
                                 "\"singular\", \"unit\", or \"data\"",
                                 value));
  return rows_where(context, [&](const Node& n) {
    return (generic && is_generic(n)) || (singular && is_singular(n)) ||
           (unit && n.type == ResourceType::UnitTest);
  });
}

}  // namespace weft::select
