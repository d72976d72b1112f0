#include "cli/console.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
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
    case ResourceType::Source:
      return fmt::format("freshness of {}.{}", node.source->source_name, node.name);
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

/// The diagnostic as an object of the log line's data.
base::Data diagnostic_data(const diag::Diagnostic& diagnostic, const diag::Sources& sources) {
  std::variant<base::Data, base::JsonError> parsed =
      base::parse_json(render_json(diagnostic, sources));
  base::Data* data = std::get_if<base::Data>(&parsed);
  return data == nullptr ? base::Data() : std::move(*data);
}

bool is_test(const Node& node) {
  return node.type == ResourceType::Test || node.type == ResourceType::UnitTest;
}

std::string colored(std::string_view text, std::string_view code, bool on) {
  return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
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
  bool is_batch = name == "LogStartBatch" || name == "LogBatchResult";
  if (is_batch) {
    data.set("batch_index", base::Data(index));
    data.set("total_batches", base::Data(total));
  }
  log_.write({name, code, level,
              fmt::format("{}{} [{}{}]", is_batch ? "Batch " : "", line, shown, time),
              std::move(data)});
}

void Console::run_started(size_t nodes, size_t threads) {
  base::DataMap data;
  data.set("num_threads", base::Data(threads));
  data.set("target_name", base::Data(target_name_));
  log_.write({"ConcurrencyLine", "Q026", Level::Info,
              fmt::format("Concurrency: {} thread{} (target='{}')", threads,
                          threads == 1 ? "" : "s", target_name_),
              std::move(data)});
  log_.info("");
  if (!is_compile_)
    progress_.begin(nodes);
}

void Console::node_started(size_t index, size_t total, const Node& node) {
  if (is_compile_)
    return;
  fancy_line("LogStartLine", "Q011", Level::Info, index, total,
             "START " + materialization_text(node), "RUN", std::nullopt, node);
  progress_.started(node.unique_id, node.name);
}

void Console::node_finished(size_t index, size_t total, const Node& node, const RunResult& result) {
  if (is_compile_)
    return;
  progress_.finished(node.unique_id, result.status == "error" || result.status == "fail");
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
  if (node.type == ResourceType::Source) {
    freshness_line(index, total, node, result);
    return;
  }
  bool failed = result.status == "error";
  std::string text = failed ? fmt::format("ERROR {} {}",
                                          node.type == ResourceType::Seed       ? "loading"
                                          : node.type == ResourceType::Snapshot ? "snapshotting"
                                                                                : "creating",
                                          materialization_text(node))
                            : fmt::format("OK {} {}", done_word(node), materialization_text(node));
  if (result.status == "partial success")
    text = "PARTIALLY created " + materialization_text(node);
  const char* name = node.type == ResourceType::Seed       ? "LogSeedResult"
                     : node.type == ResourceType::Snapshot ? "LogSnapshotResult"
                                                           : "LogModelResult";
  const char* code = node.type == ResourceType::Seed       ? "Q016"
                     : node.type == ResourceType::Snapshot ? "Q015"
                                                           : "Q012";
  fancy_line(name, code, failed ? Level::Error : Level::Info, index, total, text,
             failed ? "ERROR" : base_status(result), seconds, node);
}

void Console::freshness_line(size_t index, size_t total, const Node& node,
                             const RunResult& result) {
  std::string_view status = result.status;
  std::string word = status == "runtime error" ? "ERROR"
                     : status == "error"       ? "ERROR STALE"
                     : status == "warn"        ? "WARN"
                                               : "PASS";
  Level level = status == "pass" ? Level::Info : status == "warn" ? Level::Warn : Level::Error;
  fancy_line("LogFreshnessResult", "Q018", level, index, total,
             word + " " + materialization_text(node), word, result.execution_time, node);
}

void Console::node_skipped(size_t index, size_t total, const Node& node, const Node* cause,
                           const RunResult* result) {
  progress_.finished(node.unique_id, false);
  bool is_relation = node.type == ResourceType::Model || node.type == ResourceType::Seed ||
                     node.type == ResourceType::Snapshot;
  std::string relation = node.schema + "." + node.name;
  if (cause == nullptr || result == nullptr) {
    std::string what = is_relation ? "relation " + relation
                                   : fmt::format("{} {}", resource_type_name(node.type), node.name);
    fancy_line("SkippingDetails", "Q034", Level::Info, index, total, "SKIP " + what, "SKIP",
               std::nullopt, node);
    return;
  }
  fancy_line(
      "LogSkipBecauseError", "Z034", Level::Error, index, total,
      fmt::format("SKIP relation {} due to ephemeral model status '{}'", relation, result->status),
      "ERROR SKIP", std::nullopt, node);
  failure(*cause, *result);
}

void Console::hook_started(size_t index, size_t total, const std::string& name, const Node& node) {
  fancy_line("LogHookStartLine", "Q032", Level::Info, index, total, "START hook: " + name, "RUN",
             std::nullopt, node);
}

void Console::hook_finished(size_t index, size_t total, const std::string& name, const Node& node,
                            const RunResult& result) {
  std::string word = result.status == "success"   ? "OK"
                     : result.status == "skipped" ? "SKIP"
                                                  : "ERROR";
  fancy_line("LogHookEndLine", "Q033", word == "ERROR" ? Level::Error : Level::Info, index, total,
             word + " hook: " + name, word, result.execution_time, node);
}

void Console::batch_started(size_t index, size_t total, const std::string& batch,
                            const Node& node) {
  if (is_compile_)
    return;
  fancy_line("LogStartBatch", "Q045", Level::Info, index, total,
             fmt::format("START batch {} of {}", batch, relation_text(node)), "RUN", std::nullopt,
             node);
}

void Console::batch_finished(size_t index, size_t total, const std::string& batch, const Node& node,
                             const RunResult& result) {
  if (is_compile_)
    return;
  bool failed = result.status == "error", skipped = result.status == "skipped";
  std::string word = failed ? "ERROR creating" : skipped ? "SKIP" : "OK created";
  std::string status = failed ? "ERROR" : skipped ? "SKIPPED" : base_status(result);
  fancy_line("LogBatchResult", "Q046", failed ? Level::Error : Level::Info, index, total,
             fmt::format("{} batch {} of {}", word, batch, relation_text(node)), status,
             result.execution_time, node);
}

void Console::diagnostic(const diag::Diagnostic& diagnostic, const Node* node) {
  std::string text = render_text(diagnostic, sources_, {log_.has_colors(), 120, true});
  std::lock_guard lock(mutex_);
  failures_.push_back({node == nullptr ? "" : node->unique_id, std::move(text),
                       log_.is_json() ? diagnostic_data(diagnostic, sources_) : base::Data()});
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
    data.set("diagnostic", diagnostic_data(diagnostic, sources_));
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
  std::string text =
      "Encountered an error:\n" + legacy + "\n\n" +
      render_text(diagnostic, sources_, {log_.has_colors(), 120, !diagnostic.legacy_text.empty()});
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  base::DataMap data;
  data.set("exc", base::Data(legacy));
  if (log_.is_json())
    data.set("diagnostic", diagnostic_data(diagnostic, sources_));
  log_.write({"MainEncounteredError", "Z002", Level::Error, std::move(text), std::move(data)});
}

void Console::compile_failed(const std::vector<RunResult>& results) {
  std::string text = "Encountered an error:\nRuntime Error\n";
  auto failed = std::find_if(results.begin(), results.end(),
                             [](const RunResult& one) { return one.status == "error"; });
  if (failed != results.end())
    text += "  " + base::replace_all(failed->message.value_or(""), "\n", "\n  ") + "\n";
  base::DataMap data;
  data.set("exc", base::Data(base::trim(text.substr(text.find('\n')))));
  for (const Failure& failure : failures_) {
    text += "\n" + failure.text;
    if (data.find("diagnostic") == nullptr && log_.is_json())
      data.set("diagnostic", failure.diagnostic);
  }
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  log_.write({"MainEncounteredError", "Z002", Level::Error, std::move(text), std::move(data)});
}

}  // namespace weft::cli
