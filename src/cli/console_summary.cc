// What stands at the end of a run: counts, what failed and why, `Done.`
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"
#include "cli/console.h"

namespace weft::cli {
namespace {

using manifest::Node;
using manifest::ResourceType;
using manifest::RunResult;

std::string elapsed_text(double seconds) {
  auto whole = static_cast<int64_t>(seconds);
  int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return fmt::format("{} hours {} minutes and {:.2f} seconds", hours, minutes,
                     seconds - static_cast<double>(hours * 3600 + minutes * 60));
}

std::string plural(size_t count, std::string_view word) {
  // dbt leaves `data` out in the singular.
  if (count == 1 && word == "data test")
    word = "test";
  std::string_view ending = count == 1 ? "" : word == "partial success" ? "es" : "s";
  return fmt::format("{} {}{}", count, word, ending);
}

/// dbt's word for a kind, by which it sorts.
std::string kind_of(const manifest::Manifest& manifest, const Node& node) {
  if (node.type == ResourceType::Model)
    return std::string(manifest.config_of(node).text("materialized")) + " model";
  if (node.type == ResourceType::Operation)
    return "project hook";
  return std::string(resource_type_name(node.type));
}

/// The same as it is shown.
std::string shown_kind(std::string kind) {
  std::replace(kind.begin(), kind.end(), '_', ' ');
  return kind == "test" ? "data test" : kind;
}

/// "3 table models, 2 view models, 5 data tests": what ran, by kind and name.
std::string counts_text(const manifest::Manifest& manifest, const std::vector<RunResult>& results) {
  std::map<std::string, size_t> counts;
  for (const RunResult& result : results) {
    manifest::NodeId id = manifest.find(result.unique_id);
    if (id.valid())
      ++counts[kind_of(manifest, manifest.node(id))];
  }
  std::string text;
  for (const auto& [kind, count] : counts)
    text += (text.empty() ? "" : ", ") + plural(count, shown_kind(kind));
  return text.empty() ? "nothing" : text;
}

/// How many results ended in which way, as dbt counts them.
struct Counts {
  size_t pass = 0, warn = 0, error = 0, skip = 0, no_op = 0, partial = 0;
};

Counts count(const std::vector<RunResult>& results) {
  Counts made;
  for (const RunResult& result : results) {
    if (result.status == "warn")
      ++made.warn;
    else if (result.status == "skipped")
      ++made.skip;
    else if (result.status == "no-op")
      ++made.no_op;
    else if (result.status == "partial success")
      ++made.partial;
    else if (run::is_failure(result.status))
      ++made.error;
    else
      ++made.pass;
  }
  return made;
}

/// A node that was skipped for a reason counts among the errors of the headline.
bool is_shown_failure(const RunResult& result) {
  return (run::is_failure(result.status) && result.status != "partial success") ||
         (result.status == "skipped" && result.message);
}

std::string headline_text(size_t errors, const Counts& counts, bool was_cancelled) {
  std::string partial = plural(counts.partial, "partial success");
  std::string warnings = plural(counts.warn, "warning");
  if (was_cancelled)
    return "Exited because of keyboard interrupt";
  if (errors > 0) {
    // dbt writes `0 partial successes` here.
    return fmt::format("Completed with {}, {}, and {}:", plural(errors, "error"), partial,
                       warnings);
  }
  if (counts.partial > 0)
    return fmt::format("Completed with {} and {}", partial, warnings);
  return counts.warn > 0 ? fmt::format("Completed with {}:", warnings) : "Completed successfully";
}

}  // namespace

void Console::end_of_run(const manifest::Manifest& manifest, const std::vector<RunResult>& results,
                         double elapsed, bool was_cancelled) {
  if (!hides_nodes_)
    results_line(manifest, results, elapsed);
  end_result(results, elapsed);
  Counts counts = count(results);
  auto errors =
      static_cast<size_t>(std::count_if(results.begin(), results.end(), is_shown_failure));
  log_.info("");
  base::DataMap summary;
  summary.set("num_errors", base::Data(errors));
  summary.set("num_warnings", base::Data(counts.warn));
  summary.set("num_partial_success", base::Data(counts.partial));
  summary.set("keyboard_interrupt", base::Data(was_cancelled));
  log_.write({"EndOfRunSummary", "Z030", Level::Info, headline_text(errors, counts, was_cancelled),
              std::move(summary)});
  failures(manifest, results, is_shown_failure);
  failures(manifest, results, [](const RunResult& result) { return result.status == "warn"; });
  size_t error = counts.error + counts.partial;
  size_t total = counts.pass + counts.warn + error + counts.skip + counts.no_op;
  base::DataMap stats, data;
  for (auto [name, number] :
       {std::pair{"pass", counts.pass}, std::pair{"warn", counts.warn}, std::pair{"error", error},
        std::pair{"skip", counts.skip}, std::pair{"noop", counts.no_op},
        std::pair{"reused", size_t{0}}, std::pair{"total", total}})
    stats.set(name, base::Data(number));
  data.set("stats", base::Data(std::move(stats)));
  log_.info("");
  log_.write({"StatsLine", "Z023", Level::Info,
              fmt::format("Done. PASS={} WARN={} ERROR={} SKIP={} NO-OP={} REUSED=0 TOTAL={}",
                          counts.pass, counts.warn, error, counts.skip, counts.no_op, total),
              std::move(data)});
}

/// All results once more, for those who follow the log of one.
void Console::end_result(const std::vector<RunResult>& results, double elapsed) {
  base::DataMap data;
  if (log_.wants_data()) {
    base::DataList all;
    for (const RunResult& result : results)
      all.push_back(run_result_data(result));
    data.set("results", base::Data(std::move(all)));
    data.set("generated_at", base::Data(nodes_.now()));
    data.set("elapsed_time", base::Data(elapsed));
    data.set("success", base::Data(std::none_of(results.begin(), results.end(), [](auto& result) {
               return run::is_failure(result.status) || result.status == "skipped";
             })));
  }
  log_.write({"EndRunResult", "Q037", Level::Debug, "Command end result", std::move(data)});
}

void Console::end_of_freshness(const manifest::Manifest& manifest,
                               const std::vector<RunResult>& results, double elapsed) {
  results_line(manifest, results, elapsed);
  failures(manifest, results,
           [](const RunResult& result) { return run::is_failure(result.status); });
  log_.write({"FreshnessCheckComplete", "Q003", Level::Info, "Done."});
}

void Console::results_line(const manifest::Manifest& manifest,
                           const std::vector<RunResult>& results, double elapsed) {
  progress_.end();
  std::string counts = counts_text(manifest, results), execution = elapsed_text(elapsed);
  base::DataMap data;
  data.set("stat_line", base::Data(counts));
  data.set("execution", base::Data(" in " + execution));
  data.set("execution_time", base::Data(elapsed));
  log_.info("");
  log_.write({"FinishedRunningStats", "E047", Level::Info,
              fmt::format("Finished running {} in {} ({:.2f}s).", counts, execution, elapsed),
              std::move(data)});
}

void Console::failures(const manifest::Manifest& manifest, const std::vector<RunResult>& results,
                       bool (*is_shown)(const RunResult& result)) {
  for (const RunResult& result : results) {
    manifest::NodeId id = manifest.find(result.unique_id);
    if (id.valid() && is_shown(result))
      failure(manifest.node(id), result);
  }
}

void Console::failure(const Node& node, const RunResult& result) {
  if (result.status == "skipped") {
    base::DataMap data = node_data(node, true);
    data.set("msg", base::Data(result.message.value_or("")));
    log_.write({"RunResultError", "Z024", Level::Debug, "  " + result.message.value_or(""),
                std::move(data)});
    return;
  }
  bool is_warning = result.status == "warn";
  Level level = is_warning ? Level::Warn : Level::Error;
  log_.info("");
  base::DataMap head = node_data(node, true);
  head.set("resource_type", base::Data(resource_type_name(node.type)));
  head.set("node_name", base::Data(node.name));
  head.set("path", base::Data(node.original_file_path));
  const std::string where = fmt::format("in {} {} ({})", resource_type_name(node.type), node.name,
                                        node.original_file_path);
  log_.write(
      {is_warning ? "RunResultWarning" : "RunResultFailure", is_warning ? "Z021" : "Z022", level,
       is_warning ? tagged_warning(nullptr, where, false) : tagged_error(where, log_.has_colors()),
       std::move(head)});
  failure_details(node, result, level);
}

void Console::failure_details(const Node& node, const RunResult& result, Level level) {
  auto detail = std::find_if(failures_.begin(), failures_.end(),
                             [&](const auto& one) { return one.unique_id == result.unique_id; });
  if (result.message) {
    base::DataMap data = node_data(node, true);
    data.set("msg", base::Data(*result.message));
    bool is_warning = level == Level::Warn;
    log_.write(
        {is_warning ? "RunResultWarningMessage" : "RunResultError", is_warning ? "Z046" : "Z024",
         level,
         is_warning ? tagged_warning(nullptr, *result.message, false) : "  " + *result.message,
         std::move(data)});
  } else if (detail == failures_.end()) {
    base::DataMap data = node_data(node, true);
    data.set("status", base::Data(result.status));
    log_.write(
        {"RunResultErrorNoMessage", "Z025", level, "  Status: " + result.status, std::move(data)});
  }
  if (detail != failures_.end()) {
    base::DataMap data;
    data.set("msg", base::Data(detail->text));
    data.set("diagnostic", detail->diagnostic);
    log_.write({"Note", "Z050", level, detail->text, std::move(data)});
  }
  if (node.compiled_path) {
    base::DataMap data = node_data(node, true);
    data.set("path", base::Data(*node.compiled_path));
    log_.write({"SQLCompiledPath", "Z026", Level::Info, "  compiled code at " + *node.compiled_path,
                std::move(data)});
  }
  if (node.type == ResourceType::Test && node.relation_name) {
    base::DataMap data = node_data(node);
    data.set("relation_name", base::Data(*node.relation_name));
    const std::string query = "select * from " + *node.relation_name;
    log_.write({"CheckNodeTestFailure", "Z027", Level::Info,
                fmt::format("  See test failures:\n  {0}\n  {1}\n  {0}",
                            std::string(base::utf8_length(query), '-'), query),
                std::move(data)});
  }
}

}  // namespace weft::cli
