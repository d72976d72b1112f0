#include "context/seed_types.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/worker.h"
#include "diag/code.h"

namespace weft::context {
namespace {

/// The file as dbt spells its place in messages.
std::string shown_path(const Shared& shared, const manifest::Node& node) {
  if (node.package_name == shared.root.name)
    return fmt::format("{}/./{}", shared.root.root, node.original_file_path);
  return fmt::format("{}/{}/{}/{}", shared.root.root, shared.root.packages_install_path,
                     node.package_name, node.original_file_path);
}

}  // namespace

adapter::CsvOptions csv_options(const base::DataMap& config, bool header_only) {
  adapter::CsvOptions options;
  options.header_only = header_only;
  if (const base::Data* types = config.find("column_types"); types && types->is_map()) {
    for (const auto& [name, type] : types->as_map())
      options.text_columns.push_back(name);
  }
  if (const base::Data* delimiter = config.find("delimiter");
      delimiter && delimiter->is_string() && !delimiter->as_string().empty())
    options.delimiter = delimiter->as_string().front();
  return options;
}

void warn_of_unknown_types(Worker& worker, const manifest::Node& node,
                           const std::vector<std::string>& column_names) {
  const base::Data* types = worker.shared().manifest.config_of(node).values.find("column_types");
  if (types == nullptr || !types->is_map())
    return;
  std::vector<std::string> known = column_names;
  std::sort(known.begin(), known.end());
  std::vector<std::string> unknown;
  for (const auto& [name, type] : types->as_map()) {
    if (!std::binary_search(known.begin(), known.end(), name))
      unknown.emplace_back(name);
  }
  if (unknown.empty())
    return;
  std::sort(unknown.begin(), unknown.end());
  diag::Diagnostic warning;
  warning.code = diag::Code::WarnedByMacro;
  warning.message = fmt::format(
      "Column types specified for non-existent columns in seed '{}' (file: {}): {}. These column "
      "type overrides will be ignored.",
      node.name, shown_path(worker.shared(), node), base::join(unknown, ", "));
  warning.event_data.set("msg", base::Data(warning.message));
  // It is told only, also where warnings are errors.
  diag::Status told = worker.shared().messages.warn(std::move(warning));
  (void)told;
}

}  // namespace weft::context
