#include "cli/console.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"
#include "diag/render.h"

namespace weft::cli {
namespace {

using manifest::Node;
using manifest::ResourceType;
using manifest::RunResult;

std::string relation_text(const Node& node) { return node.schema + "." + node.alias; }

std::string materialization_text(const Node& node) {
  switch (node.type) {
    case ResourceType::Seed:
      return "seed file " + relation_text(node);
    case ResourceType::Snapshot:
      return "snapshot " + relation_text(node);
    case ResourceType::Test:
      return "test " + node.name;
    case ResourceType::UnitTest:
      return "unit_test " + (node.unit_test == nullptr ? "" : node.unit_test->model + "::") +
             node.name;
    case ResourceType::Function:
      return "function " + relation_text(node);
    case ResourceType::Model:
      return "sql model " + relation_text(node);
    default:
      return fmt::format("{} {}", resource_type_name(node.type), node.name);
  }
}

/// What stands between "OK" and the dots: dbt's word for each kind.
std::string done_word(const Node& node) {
  switch (node.type) {
    case ResourceType::Seed:
      return "loaded";
    case ResourceType::Snapshot:
      return "snapshotted";
    default:
      return "created";
  }
}

std::string base_status(const RunResult& result) {
  return result.message && !result.message->empty() ? *result.message
                                                    : base::to_upper(result.status);
}

bool is_test(const Node& node) {
  return node.type == ResourceType::Test || node.type == ResourceType::UnitTest;
}

std::string colored(std::string_view text, std::string_view code, bool on) {
  return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string elapsed_text(double seconds) {
  auto whole = static_cast<int64_t>(seconds);
  int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return fmt::format("{} hours {} minutes and {:.2f} seconds", hours, minutes,
                     seconds - static_cast<double>(hours * 3600 + minutes * 60));
}

/// "3 table models, 2 view models, 5 data tests": what ran, by kind and name.
std::string counts_text(const manifest::Manifest& manifest, const std::vector<RunResult>& results) {
  std::map<std::string, size_t> counts;
  for (const RunResult& result : results) {
    manifest::NodeId id = manifest.find(result.unique_id);
    if (!id.valid())
      continue;
    const Node& node = manifest.node(id);
    std::string kind(resource_type_name(node.type));
    if (node.type == ResourceType::Model)
      kind = std::string(manifest.config_of(node).text("materialized")) + " model";
    else if (node.type == ResourceType::Test)
      kind = "data test";
    else if (node.type == ResourceType::UnitTest)
      kind = "unit test";
    else if (node.type == ResourceType::Operation)
      kind = "project hook";
    ++counts[kind];
  }
  std::string text;
  for (const auto& [kind, count] : counts)
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, kind, count == 1 ? "" : "s");
  return text.empty() ? "nothing" : text;
}

base::DataMap node_info(const Node& node, std::string_view status) {
  base::DataMap info;
  info.set("node_name", base::Data(node.name));
  info.set("unique_id", base::Data(node.unique_id));
  info.set("resource_type", base::Data(resource_type_name(node.type)));
  info.set("node_path", base::Data(node.path));
  info.set("node_status", base::Data(status));
  base::DataMap relation;
  relation.set("database", base::Data(node.database.value_or("")));
  relation.set("schema", base::Data(node.schema));
  relation.set("alias", base::Data(node.alias));
  relation.set("relation_name", base::Data(node.relation_name.value_or("")));
  info.set("node_relation", base::Data(std::move(relation)));
  base::DataMap made;
  made.set("node_info", base::Data(std::move(info)));
  return made;
}

}  // namespace

void Console::configure(const config::Flags& flags, std::string target_name, bool is_compile) {
  flags_ = &flags;
  target_name_ = std::move(target_name);
  is_compile_ = is_compile;
  width_ = static_cast<size_t>(std::clamp<int64_t>(flags.get_int("printer_width"), 20, 500));
}

void Console::fancy_line(std::string_view name, std::string_view code, Level level, size_t index,
                         size_t total, std::string_view text, std::string_view status,
                         std::optional<double> seconds, const Node& node) {
  std::string line = fmt::format("{} of {} {} ", index, total, text);
  size_t length = base::utf8_length(line);
  if (length < width_)
    line += std::string(width_ - length, '.');
  else if (length > width_ - 3)
    line = std::string(base::utf8_prefix(line, width_ - 3)) + "...";
  std::string time = seconds ? fmt::format(" in {:.2f}s", *seconds) : "";
  const char* color = level == Level::Error ? "31" : level == Level::Warn ? "33" : "32";
  std::string shown =
      status == "RUN" ? std::string(status) : colored(status, color, log_.has_colors());
  base::DataMap data = node_info(node, base::to_lower(status));
  data.set("index", base::Data(index));
  data.set("total", base::Data(total));
  data.set("status", base::Data(status));
  if (seconds)
    data.set("execution_time", base::Data(*seconds));
  log_.write({name, code, level, fmt::format("{} [{}{}]", line, shown, time), std::move(data)});
}

void Console::run_started(size_t nodes, size_t threads) {
  (void)nodes;
  base::DataMap data;
  data.set("num_threads", base::Data(threads));
  data.set("target_name", base::Data(target_name_));
  log_.write({"ConcurrencyLine", "Q026", Level::Info,
              fmt::format("Concurrency: {} thread{} (target='{}')", threads,
                          threads == 1 ? "" : "s", target_name_),
              std::move(data)});
  log_.info("");
}

void Console::node_started(size_t index, size_t total, const Node& node) {
  if (is_compile_)
    return;
  fancy_line("LogStartLine", "Q011", Level::Info, index, total,
             "START " + materialization_text(node), "RUN", std::nullopt, node);
}

void Console::node_finished(size_t index, size_t total, const Node& node, const RunResult& result) {
  if (is_compile_)
    return;
  double seconds = result.execution_time;
  if (is_test(node)) {
    std::string status = base::to_upper(result.status);
    std::string text = fmt::format("{} {}", status, node.name);
    if (result.status == "fail" || result.status == "warn") {
      text = fmt::format("{} {} {}", status, result.failures.value_or(0), node.name);
      status = fmt::format("{} {}", status, result.failures.value_or(0));
    }
    Level level = result.status == "pass"   ? Level::Info
                  : result.status == "warn" ? Level::Warn
                                            : Level::Error;
    fancy_line("LogTestResult", "Q007", level, index, total, text, status, seconds, node);
    return;
  }
  bool failed = result.status == "error";
  std::string text = failed ? fmt::format("ERROR {} {}",
                                          node.type == ResourceType::Seed       ? "loading"
                                          : node.type == ResourceType::Snapshot ? "snapshotting"
                                                                                : "creating",
                                          materialization_text(node))
                            : fmt::format("OK {} {}", done_word(node), materialization_text(node));
  const char* name = node.type == ResourceType::Seed       ? "LogSeedResult"
                     : node.type == ResourceType::Snapshot ? "LogSnapshotResult"
                                                           : "LogModelResult";
  const char* code = node.type == ResourceType::Seed       ? "Q016"
                     : node.type == ResourceType::Snapshot ? "Q015"
                                                           : "Q012";
  fancy_line(name, code, failed ? Level::Error : Level::Info, index, total, text,
             failed ? "ERROR" : base_status(result), seconds, node);
}

void Console::node_skipped(size_t index, size_t total, const Node& node, const Node* because) {
  (void)because;
  std::string kind = is_test(node) ? "test " + node.name : "relation " + relation_text(node);
  fancy_line("SkippingDetails", "Q034", Level::Info, index, total, "SKIP " + kind, "SKIP",
             std::nullopt, node);
}

void Console::hook_started(size_t index, size_t total, const Node& node) {
  fancy_line("LogHookStartLine", "Q032", Level::Info, index, total,
             fmt::format("START hook: {}", node.name), "RUN", std::nullopt, node);
}

void Console::hook_finished(size_t index, size_t total, const Node& node, const RunResult& result) {
  bool failed = result.status == "error";
  fancy_line("LogHookEndLine", "Q033", failed ? Level::Error : Level::Info, index, total,
             fmt::format("{} hook: {}", failed ? "ERROR" : "OK", node.name),
             failed ? "ERROR" : result.message.value_or("OK"), result.execution_time, node);
}

void Console::diagnostic(const diag::Diagnostic& diagnostic, const Node* node) {
  std::string text = render_text(diagnostic, sources_, {log_.has_colors(), 120});
  std::lock_guard lock(mutex_);
  failures_.emplace_back(node == nullptr ? "" : node->unique_id, std::move(text));
}

void Console::log(std::string_view text, bool info, const context::NodeScope&) {
  log_.write({info ? "JinjaLogInfo" : "JinjaLogDebug", info ? "I062" : "I063",
              info ? Level::Info : Level::Debug, std::string(text)});
}

void Console::print(std::string_view text) {
  base::DataMap data;
  data.set("msg", base::Data(text));
  log_.write({"PrintEvent", "Z052", Level::Info, std::string(text), std::move(data), true});
}

diag::Status Console::warn(diag::Diagnostic warning) {
  const diag::CodeInfo& info = code_info(warning.code);
  config::WarningAction action = config::WarningAction::Warn;
  if (flags_ != nullptr) {
    action = warning_action(flags_->warn_error_options, info.event);
    if (flags_->get_bool("warn_error"))
      action = config::WarningAction::Error;
  }
  if (action == config::WarningAction::Silence)
    return diag::Done{};
  if (action == config::WarningAction::Error)
    return warning;
  show(warning);
  return diag::Done{};
}

void Console::on_query(std::string_view connection_name, std::string_view sql) {
  log_.write({"SQLQuery", "E016", Level::Debug, fmt::format("On {}: {}", connection_name, sql)});
}

void Console::on_result(std::string_view, std::string_view status, double seconds) {
  log_.write({"SQLQueryStatus", "E017", Level::Debug,
              fmt::format("SQL status: {} in {:.3f} seconds", status, seconds)});
}

void Console::on_notice(std::string_view connection_name, std::string_view text) {
  log_.write({"AdapterEventDebug", "E001", Level::Debug,
              fmt::format("Postgres notice on {}: {}", connection_name, base::trim(text))});
}

void Console::show(const diag::Diagnostic& diagnostic) {
  const diag::CodeInfo& info = code_info(diagnostic.code);
  bool is_warning = info.severity == diag::Severity::Warning;
  std::string text;
  if (is_warning) {
    text = "[WARNING]: ";
    text += diagnostic.legacy_text.empty() ? diagnostic.message : diagnostic.legacy_text;
    if (diagnostic.span.valid())
      text += "\n" + render_text(diagnostic, sources_, {log_.has_colors(), 120});
  } else {
    text = render_text(diagnostic, sources_, {log_.has_colors(), 120});
  }
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  base::DataMap data;
  if (log_.is_json())
    data.set("diagnostic", base::Data(render_json(diagnostic, sources_)));
  data.set("msg", base::Data(diagnostic.message));
  std::string_view event = is_warning && !info.event.empty() ? info.event : "MainEncounteredError";
  log_.write(
      {event, "I059", is_warning ? Level::Warn : Level::Error, std::move(text), std::move(data)});
}

void Console::fatal(const diag::Diagnostic& diagnostic) {
  const diag::CodeInfo& info = code_info(diagnostic.code);
  std::string legacy = diagnostic.legacy_text;
  if (legacy.empty())
    legacy = fmt::format("{}\n  {}", info.headline, diagnostic.message);
  std::string text = "Encountered an error:\n" + legacy + "\n\n" +
                     render_text(diagnostic, sources_, {log_.has_colors(), 120});
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  base::DataMap data;
  data.set("exc", base::Data(legacy));
  if (log_.is_json())
    data.set("diagnostic", base::Data(render_json(diagnostic, sources_)));
  log_.write({"MainEncounteredError", "Z002", Level::Error, std::move(text), std::move(data)});
}

void Console::end_of_run(const manifest::Manifest& manifest, const std::vector<RunResult>& results,
                         double elapsed, bool was_cancelled) {
  size_t pass = 0, warn = 0, error = 0, skip = 0, no_op = 0;
  for (const RunResult& result : results) {
    if (result.status == "warn")
      ++warn;
    else if (result.status == "skipped")
      ++skip;
    else if (result.status == "no-op")
      ++no_op;
    else if (result.status == "error" || result.status == "fail" ||
             result.status == "partial success")
      ++error;
    else
      ++pass;
  }
  log_.info("");
  log_.write({"FinishedRunningStats", "E047", Level::Info,
              fmt::format("Finished running {} in {} ({:.2f}s).", counts_text(manifest, results),
                          elapsed_text(elapsed), elapsed)});
  log_.info("");
  std::string headline = was_cancelled ? "Exited because of keyboard interrupt"
                         : error + warn == 0
                             ? "Completed successfully"
                             : fmt::format(
                                   "Completed with {} error{}, {} partial "
                                   "successes, and {} warning{}:",
                                   error, error == 1 ? "" : "s", 0, warn, warn == 1 ? "" : "s");
  log_.write({"EndOfRunSummary", "Z030", error > 0 ? Level::Error : Level::Info, headline});
  for (const RunResult& result : results) {
    bool failed = result.status == "error" || result.status == "fail";
    if (!failed && result.status != "warn")
      continue;
    manifest::NodeId id = manifest.find(result.unique_id);
    if (!id.valid())
      continue;
    const Node& node = manifest.node(id);
    log_.info("");
    Level level = failed ? Level::Error : Level::Warn;
    log_.write({failed ? "RunResultFailure" : "RunResultWarning", failed ? "Z022" : "Z021", level,
                fmt::format("{} in {} {} ({})", failed ? "Failure" : "Warning",
                            resource_type_name(node.type), node.name, node.original_file_path)});
    auto detail = std::find_if(failures_.begin(), failures_.end(),
                               [&](const auto& one) { return one.first == result.unique_id; });
    if (result.message)
      log_.write({"RunResultError", "Z024", level, "  " + *result.message});
    if (detail != failures_.end())
      log_.write({"RunResultError", "Z024", level, detail->second});
    if (is_test(node) && node.compiled_path)
      log_.write(
          {"SQLCompiledPath", "Z026", Level::Info, "  compiled code at " + *node.compiled_path});
    if (is_test(node) && node.relation_name && failed) {
      log_.write({"CheckNodeTestFailure", "Z027", Level::Info,
                  fmt::format("  See test failures:\n  {0}\n  select * from {1}\n  {0}",
                              std::string(40, '-'), *node.relation_name)});
    }
  }
  log_.info("");
  base::DataMap stats;
  log_.write({"StatsLine", "Z023", Level::Info,
              fmt::format("Done. PASS={} WARN={} ERROR={} SKIP={} NO-OP={} REUSED=0 TOTAL={}", pass,
                          warn, error, skip, no_op, pass + warn + error + skip + no_op),
              std::move(stats)});
}

}  // namespace weft::cli
