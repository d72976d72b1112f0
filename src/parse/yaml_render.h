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

/// True for the values that stay text until later: descriptions, tests, hooks, queries.
bool is_rendered_later(const std::vector<std::string_view>& path);

/// The node as data. A string that is one expression keeps the expression's type. `package` owns
/// the file: its variables count.
diag::Result<base::Data> render_yaml(context::Worker& worker, const yaml::Node& node,
                                     std::vector<std::string_view>& path,
                                     const std::string& package);

/// One text that may hold Jinja, natively.
diag::Result<base::Data> render_yaml_text(context::Worker& worker, const std::string& text,
                                          diag::Span span, const std::string& package);

}  // namespace weft::parse
