// config.KEY[.SUBKEY...]
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "select/methods.h"

namespace weft::select {
namespace {

using base::Data;
using manifest::Node;

/// The value at the path of keys; null when there is none.
const Data* descend(const base::DataMap& config, const std::vector<std::string>& path) {
  const Data* value = config.find(path.front());
  // Hooks are `post-hook` in the table; selectors can only write `post_hook`.
  if (value == nullptr)
    value = config.find(base::replace_all(path.front(), "_", "-"));
  for (size_t i = 1; value != nullptr && i < path.size(); ++i)
    value = value->get(path[i]);
  return value;
}

/// What the criterion wants, ready to be compared with one value.
struct Wanted {
  Data value;
  bool is_true = false, is_false = false, ignore_case = false;

  bool equals(const Data& found) const {
    if (ignore_case && value.is_string() && found.is_string())
      return base::equal_ignoring_case(value.as_string(), found.as_string());
    return value == found || (is_true && found.is_bool() && found.as_bool()) ||
           (is_false && found.is_bool() && !found.as_bool());
  }
};

}  // namespace

diag::Result<NodeSet> select_by_config(MethodContext& context, const Criterion& criterion) {
  const std::string text = criterion.text();
  Wanted wanted;
  wanted.value = criterion.value;
  wanted.is_true = base::equal_ignoring_case(text, "true");
  wanted.is_false = base::equal_ignoring_case(text, "false");
  wanted.ignore_case = criterion.arguments == std::vector<std::string>{"severity"};
  if (criterion.arguments.empty())
    return NodeSet(context.manifest.nodes.size());
  // Most rows share a configuration: each is looked at once.
  std::vector<int8_t> verdicts(context.manifest.configs.size(), -1);
  const auto matches = [&](const base::DataMap& config) {
    const Data* found = descend(config, criterion.arguments);
    if (found == nullptr)
      return false;
    if (!found->is_list())
      return wanted.equals(*found);
    const base::DataList& items = found->as_list();
    return std::any_of(items.begin(), items.end(),
                       [&](const Data& item) { return wanted.equals(item); });
  };
  return rows_where(context, [&](const Node& n) {
    if ((!is_executable_node(n.type) && n.type != ResourceType::Source) || !n.config.valid())
      return false;
    int8_t& verdict = verdicts[n.config.index()];
    if (verdict < 0)
      verdict = matches(context.manifest.config_of(n).values) ? 1 : 0;
    return verdict == 1;
  });
}

}  // namespace weft::select
