// path, file.
#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "select/methods.h"
#include "select/path_index.h"

namespace weft::select {

diag::Result<NodeSet> select_by_path(MethodContext& context, const Criterion& criterion) {
  std::string pattern = criterion.text();
  const std::string& root = context.request.project_root;
  if (base::starts_with(pattern, "/") && !root.empty() && base::is_inside(pattern, root))
    pattern = base::relative_path(pattern, root);
  if (pattern.empty() || pattern == "." || pattern == "./")
    return bad_value(fmt::format("`{}` names no path below the project", criterion.raw),
                     "`package:this` selects the whole project",
                     fmt::format("Unacceptable pattern: '{}'", pattern));
  if (!context.paths)
    context.paths = std::make_unique<PathIndex>(context.manifest, context.root_package());
  return context.paths->matching_rows(pattern);
}

diag::Result<NodeSet> select_by_file(MethodContext& context, const Criterion& criterion) {
  const std::string pattern = criterion.text();
  return rows_where(context, [&](const manifest::Node& n) {
    const std::string_view name = base::file_name(n.original_file_path);
    return base::matches_pattern(name, pattern) ||
           base::matches_pattern(base::stem_of(name), pattern);
  });
}

}  // namespace weft::select
