#include "context/json_seed.h"

#include "base/paths.h"

namespace weft::context {
namespace {

/// The first problem of the text, found in the same way as while it is loaded.
adapter::JsonProblem first_problem(std::string_view text, const std::string& path,
                                   const adapter::JsonSeedOptions& options) {
  adapter::JsonDocuments documents =
      adapter::json_documents(adapter::bytes_of(text), path, options);
  adapter::JsonDocument document;
  while (documents.next(document)) {
  }
  return documents.problem();
}

/// The problem as an error at its place, which takes the text.
diag::Diagnostic error_at(Worker& worker, const manifest::Node& node, std::string text,
                          const adapter::JsonProblem& problem,
                          const adapter::JsonSeedOptions& options) {
  diag::Diagnostic error = adapter::json_problem(node.original_file_path, problem);
  bool is_lines = adapter::json_layout(node.original_file_path) == adapter::JsonLayout::Lines;
  if (is_lines && !options.keep_malformed && options.mode == adapter::JsonMode::Document)
    error.hint = "mend the line, or load lines as text with `on_error: keep` in `meta.weft_json`";
  diag::SourceId source = worker.shared().sources.add(node.original_file_path, std::move(text));
  error.span = {source, static_cast<uint32_t>(problem.begin), static_cast<uint32_t>(problem.end)};
  return error;
}

}  // namespace

std::optional<adapter::JsonSeedOptions> json_options_of(Worker& worker,
                                                        const manifest::Node& node) {
  if (!adapter::json_layout(node.original_file_path))
    return std::nullopt;
  diag::Result<std::optional<adapter::JsonSeedOptions>> options =
      adapter::json_seed_options(worker.shared().manifest.config_of(node).values);
  if (!options)
    worker.interpreter().raise(options.error());
  return options->value_or(adapter::JsonSeedOptions{});
}

std::vector<std::pair<std::string, std::string>> json_columns(
    Worker& worker, const manifest::Node& node, const std::string& path,
    const adapter::JsonSeedOptions& options) {
  diag::Result<adapter::JsonScan> scan = adapter::scan_json(path, options);
  if (!scan)
    worker.interpreter().raise(scan.error());
  if (scan->problem.message.empty())
    return std::move(scan->columns);
  base::IoResult<std::string> text = worker.shared().env.files.read(path);
  if (!text)
    worker.interpreter().raise(adapter::json_problem(node.original_file_path, scan->problem));
  worker.interpreter().raise(error_at(worker, node, std::move(*text), scan->problem, options));
}

void place_in_json(Worker& worker, const manifest::Node& node, const std::string& path,
                   const adapter::JsonSeedOptions& options, int64_t row, diag::Diagnostic& error) {
  base::IoResult<std::string> text = worker.shared().env.files.read(path);
  if (!text)
    return;
  if (row == 0) {
    adapter::JsonProblem problem = first_problem(*text, path, options);
    if (!problem.message.empty())
      error = error_at(worker, node, std::move(*text), problem, options);
    return;
  }
  adapter::JsonProblem place = adapter::place_of_row(*text, path, row);
  if (place.message.empty())
    return;
  diag::SourceId source = worker.shared().sources.add(node.original_file_path, std::move(*text));
  error.span = {source, static_cast<uint32_t>(place.begin), static_cast<uint32_t>(place.end)};
}

}  // namespace weft::context
