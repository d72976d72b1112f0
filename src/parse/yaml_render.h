// YAML values of properties files with their Jinja rendered, where dbt renders it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "context/worker.h"
#include "diag/diagnostic.h"
#include "yaml/document.h"

namespace weft::parse {

/// Where a value stands in an item of a properties file: the keys on the way to it, empty for a
/// place in a list.
using PropertyPath = std::vector<std::string_view>;

/// True for the values that stay text until later: descriptions, tests, hooks, queries, filters.
/// `section` is the file's own key: "models", "metrics", ...
bool is_rendered_later(std::string_view section, const PropertyPath& path);

/// The node as data, or as much of an item of `section` as stands at `path`. A string that is one
/// expression keeps the expression's type. `package` owns the file: its variables count.
diag::Result<base::Data> render_yaml(context::Worker& worker, const yaml::Node& node,
                                     std::string_view section, const std::string& package,
                                     const PropertyPath& path = {});

/// One text that may hold Jinja, natively. It knows dbt's plain functions, variables and the
/// target, but no refs and no macros: a call of one is an error.
diag::Result<base::Data> render_yaml_text(context::Worker& worker, const std::string& text,
                                          diag::Span span, const std::string& package);

}  // namespace weft::parse
