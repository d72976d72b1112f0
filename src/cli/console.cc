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

/// A unit test is named with its model, since two models may have tests of one name.
std::string test_name(const Node& node) {
  return (node.unit_test == nullptr ? "" : node.unit_test->model + "::") + node.name;
}

std::string materialization_text(const Node& node, std::string_view materialized) {
  switch (node.type) {
    case ResourceType::Seed:
      return "seed file " + relation_text(node);
    case ResourceType::Snapshot:
      return "snapshot " + relation_text(node);
    case ResourceType::Test:
      return "test " + node.name;
    case ResourceType::UnitTest:
      return "unit_test " + test_name(node);
    case ResourceType::Function:
      return "function " + relation_text(node);
    case ResourceType::Model:
      return fmt::format("{} {} model {}", node.language, materialized, relation_text(node));
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

/// Keys that several events share, by dbt's names.
void set_times(base::DataMap& data, size_t index, size_t total, std::string_view status,
               std::optional<double> seconds) {
  data.set("index", base::Data(index));
  data.set("total", base::Data(total));
  data.set("num_models", base::Data(total));
  data.set("status", base::Data(status));
  if (seconds)
    data.set("execution_time", base::Data(*seconds));
}

}  // namespace

void Console::configure(const config::Flags& flags, std::string target_name, bool hides_nodes) {
  warnings_.configure(flags);
  target_name_ = std::move(target_name);
  hides_nodes_ = hides_nodes;
  width_ = static_cast<size_t>(std::clamp<int64_t>(flags.get_int("printer_width"), 20, 500));
}

void Console::fancy_line(std::string_view name, std::string_view code, Level level, size_t index,
                         size_t total, std::string_view text, std::string_view status,
                         std::optional<double> seconds, const Node& node, base::DataMap more) {
  std::string line = fmt::format("{} of {} {} ", index, total, text);
  size_t length = base::utf8_length(line);
  if (length < width_)
    line += std::string(width_ - length, '.');
  else if (length > width_ - 3 && base::starts_with(name, "LogHook"))
    line = std::string(base::utf8_prefix(line, width_ - 3)) + "...";
  std::string time = seconds ? fmt::format(" in {:.2f}s", *seconds) : "";
  const char* color = level == Level::Error ? "31" : level == Level::Warn ? "33" : "32";
  std::string shown =
      status == "RUN" ? std::string(status) : colored(status, color, log_.has_colors());
  bool is_batch = name == "LogStartBatch" || name == "LogBatchResult";
  base::DataMap data;
  if (log_.wants_data()) {
    data = node_data(node, seconds.has_value());
    set_times(data, index, total, status, seconds);
    data.set("description", base::Data(text));
    for (base::DataEntry& entry : more)
      data.set(std::move(entry.key), std::move(entry.value));
    if (is_batch) {
      data.set("batch_index", base::Data(index));
      data.set("total_batches", base::Data(total));
    }
  }
  log_.write({name, code, level,
              fmt::format("{}{} [{}{}]", is_batch ? "Batch " : "", line, shown, time),
              std::move(data)});
}

std::string_view Console::materialized(const Node& node) const {
  if (manifest_ == nullptr || !node.config.valid())
    return {};
  std::string_view word = manifest_->config_of(node).text("materialized");
  bool is_microbatch = word == "incremental" && node.type == ResourceType::Model &&
                       manifest_->config_of(node).text("incremental_strategy") == "microbatch";
  return is_microbatch ? "microbatch" : word;
}

void Console::set_manifest(const manifest::Manifest* manifest) {
  manifest_ = manifest;
  nodes_.set_manifest(manifest);
}

base::DataMap Console::node_data(const Node& node, bool with_group) const {
  return log_.wants_data() ? nodes_.data(node, with_group) : base::DataMap{};
}

base::DataMap Console::node_data(std::string_view unique_id) const {
  return log_.wants_data() ? nodes_.data(unique_id) : base::DataMap{};
}

void Console::begin(const Node& node) {
  nodes_.started(node);
  log_.write(
      {"NodeStart", "Q024", Level::Debug, "Began running node " + node.unique_id, node_data(node)});
}

/// The connection and the compilation of a node, for those who follow the log of one.
void Console::begin_compiling(const Node& node) {
  std::string former = NodeLog::former_connection(node.unique_id);
  if (!former.empty()) {
    base::DataMap data;
    if (log_.wants_data()) {
      data.set("orig_conn_name", base::Data(former));
      data.set("conn_name", base::Data(node.unique_id));
    }
    log_.write({"ConnectionReused", "E006", Level::Debug,
                fmt::format("Re-using an available connection from the pool (formerly {}, now {})",
                            former, node.unique_id),
                std::move(data)});
  }
  nodes_.set_status(node, "compiling");
  log_.write({"NodeCompiling", "Q030", Level::Debug, "Began compiling node " + node.unique_id,
              node_data(node)});
}

void Console::begin_executing(std::string_view unique_id) {
  if (!nodes_.begins_executing(unique_id))
    return;
  log_.write({"NodeExecuting", "Q031", Level::Debug,
              fmt::format("Began executing node {}", unique_id), node_data(unique_id)});
}

void Console::end(const Node& node, const RunResult& result) {
  for (const manifest::Timing& timing : result.timing) {
    std::string from = base::format_utc(timing.started_at),
                to = base::format_utc(timing.completed_at);
    base::DataMap data;
    if (log_.wants_data()) {
      base::DataMap one;
      one.set("name", base::Data(timing.name));
      one.set("started_at", base::Data(from));
      one.set("completed_at", base::Data(to));
      data = node_data(node);
      data.set("timing_info", base::Data(std::move(one)));
    }
    log_.write(
        {"TimingInfoCollected", "Z010", Level::Debug,
         fmt::format("Timing info for {} ({}): {} => {}", node.unique_id, timing.name,
                     std::string_view(from).substr(11, 15), std::string_view(to).substr(11, 15)),
         std::move(data)});
  }
  base::DataMap data;
  if (log_.wants_data()) {
    data = node_data(node);
    data.set("run_result", run_result_data(result));
  }
  log_.write({"NodeFinished", "Q025", Level::Debug, "Finished running node " + node.unique_id,
              std::move(data)});
}

void Console::run_started(size_t nodes, size_t threads) {
  base::DataMap data;
  data.set("node_count", base::Data(nodes));
  data.set("num_threads", base::Data(threads));
  data.set("target_name", base::Data(target_name_));
  log_.write({"ConcurrencyLine", "Q027", Level::Info,
              fmt::format("Concurrency: {} threads (target='{}')", threads, target_name_),
              std::move(data)});
  log_.info("");
  if (!hides_nodes_)
    progress_.begin(nodes);
}

namespace {

/// Nothing is done for these: they have one line, at their end.
bool is_no_op(const Node& node) {
  return node.type == ResourceType::SavedQuery || node.type == ResourceType::Exposure;
}

}  // namespace

void Console::node_started(size_t index, size_t total, const Node& node) {
  begin(node);
  if (!hides_nodes_ && !is_no_op(node)) {
    fancy_line("LogStartLine", "Q011", Level::Info, index, total,
               "START " + materialization_text(node, materialized(node)), "RUN", std::nullopt,
               node);
  }
  if (!hides_nodes_)
    progress_.started(node.unique_id, node.name);
  begin_compiling(node);
}

void Console::node_finished(size_t index, size_t total, const Node& node, const RunResult& result) {
  begin_executing(node.unique_id);
  nodes_.finished(node, result.status);
  if (!hides_nodes_) {
    progress_.finished(node.unique_id, result.status == "error" || result.status == "fail");
    result_line(index, total, node, result);
  }
  end(node, result);
}

namespace {

/// What dbt's event of a test's result has beside that of every node.
base::DataMap test_data(const manifest::Manifest* manifest, const Node& node,
                        const RunResult& result) {
  base::DataMap data;
  data.set("name", base::Data(test_name(node)));
  data.set("num_failures", base::Data(result.failures.value_or(0)));
  if (manifest != nullptr && node.test != nullptr && node.test->attached_node.valid())
    data.set("attached_node", base::Data(manifest->node(node.test->attached_node).unique_id));
  return data;
}

}  // namespace

void Console::result_line(size_t index, size_t total, const Node& node, const RunResult& result) {
  double seconds = result.execution_time;
  if (is_no_op(node)) {
    std::string kind = base::replace_all(std::string(resource_type_name(node.type)), "_", " ");
    fancy_line("LogNodeNoOpResult", "Q019", Level::Info, index, total,
               fmt::format("NO-OP {} {}", kind, node.name), "NO-OP", seconds, node);
    return;
  }
  if (is_test(node)) {
    std::string status = base::to_upper(result.status);
    const std::string name = test_name(node);
    std::string text = fmt::format("{} {}", status, name);
    if (result.status == "fail" || result.status == "warn") {
      text = fmt::format("{} {} {}", status, result.failures.value_or(0), name);
      status = fmt::format("{} {}", status, result.failures.value_or(0));
    }
    Level level = result.status == "pass"   ? Level::Info
                  : result.status == "warn" ? Level::Warn
                                            : Level::Error;
    fancy_line("LogTestResult", "Q007", level, index, total, text, status, seconds, node,
               test_data(manifest_, node, result));
    return;
  }
  if (node.type == ResourceType::Source) {
    freshness_line(index, total, node, result);
    return;
  }
  bool failed = result.status == "error";
  // Only the line that ends a snapshot does not say that it is one.
  std::string what = node.type == ResourceType::Snapshot
                         ? relation_text(node)
                         : materialization_text(node, materialized(node));
  std::string text = failed ? fmt::format("ERROR {} {}",
                                          node.type == ResourceType::Seed       ? "loading"
                                          : node.type == ResourceType::Snapshot ? "snapshotting"
                                                                                : "creating",
                                          what)
                            : fmt::format("OK {} {}", done_word(node), what);
  if (result.status == "partial success")
    text = "PARTIALLY created " + materialization_text(node, materialized(node));
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
             word + " " + materialization_text(node, materialized(node)), word,
             result.execution_time, node);
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
  nodes_.started(node);
  fancy_line("LogHookStartLine", "Q032", Level::Info, index, total, "START hook: " + name, "RUN",
             std::nullopt, node);
}

void Console::hook_finished(size_t index, size_t total, const std::string& name, const Node& node,
                            const RunResult& result) {
  nodes_.finished(node, result.status);
  std::string word = result.status == "success"   ? "OK"
                     : result.status == "skipped" ? "SKIP"
                                                  : "ERROR";
  fancy_line("LogHookEndLine", "Q033", word == "ERROR" ? Level::Error : Level::Info, index, total,
             word + " hook: " + name, word, result.execution_time, node);
}

void Console::batch_started(size_t index, size_t total, const std::string& batch,
                            const Node& node) {
  if (hides_nodes_)
    return;
  fancy_line("LogStartBatch", "Q045", Level::Info, index, total,
             fmt::format("START batch {} of {}", batch, relation_text(node)), "RUN", std::nullopt,
             node);
}

void Console::batch_finished(size_t index, size_t total, const std::string& batch, const Node& node,
                             const RunResult& result) {
  if (hides_nodes_)
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

void Console::log(std::string_view text, bool info, const context::NodeScope& scope) {
  base::DataMap data;
  if (scope.node != nullptr)
    data = node_data(*scope.node);
  data.set("msg", base::Data(text));
  log_.write({info ? "JinjaLogInfo" : "JinjaLogDebug", info ? "I062" : "I063",
              info ? Level::Info : Level::Debug, std::string(text), std::move(data)});
}

void Console::print(std::string_view text) {
  base::DataMap data;
  data.set("msg", base::Data(text));
  log_.write({"PrintEvent", "Z052", Level::Info, std::string(text), std::move(data), true});
}

diag::Status Console::warn(diag::Diagnostic warning) {
  config::WarningAction action = warnings_.judge(warning);
  if (action == config::WarningAction::Silence)
    return diag::Done{};
  if (action == config::WarningAction::Error)
    return warning;
  show(warning);
  return diag::Done{};
}

diag::Status Console::end_of_command() {
  std::optional<diag::Diagnostic> summary = warnings_.summary();
  return summary ? warn(std::move(*summary)) : diag::Status(diag::Done{});
}

void Console::on_query(std::string_view connection_name, std::string_view sql) {
  begin_executing(connection_name);
  base::DataMap data;
  if (log_.wants_data()) {
    data = node_data(connection_name);
    data.set("conn_name", base::Data(connection_name));
    data.set("sql", base::Data(sql));
  }
  log_.write({"SQLQuery", "E016", Level::Debug, fmt::format("On {}: {}", connection_name, sql),
              std::move(data)});
}

void Console::on_result(std::string_view connection_name, std::string_view status, double seconds) {
  base::DataMap data;
  if (log_.wants_data()) {
    data = node_data(connection_name);
    data.set("status", base::Data(status));
    data.set("elapsed", base::Data(seconds));
  }
  log_.write({"SQLQueryStatus", "E017", Level::Debug,
              fmt::format("SQL status: {} in {:.3f} seconds", status, seconds), std::move(data)});
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
    text = warnings_.text(diagnostic);
    if (diagnostic.span.valid())
      text += "\n" + render_text(diagnostic, sources_, {log_.has_colors(), 120});
  } else {
    text = render_text(diagnostic, sources_, {log_.has_colors(), 120});
  }
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  base::DataMap data = diagnostic.event_data;
  if (log_.is_json())
    data.set("diagnostic", diagnostic_data(diagnostic, sources_));
  if (!data.contains("msg"))
    data.set("msg", base::Data(diagnostic.message));
  const WarningEvent* event = find_warning_event(info.event);
  if (event != nullptr)
    log_.write({event->name, event->code, Level::Warn, std::move(text), std::move(data)});
  else if (is_warning)
    log_.write({"WeftWarning", "W000", Level::Warn, std::move(text), std::move(data)});
  else
    log_.write({"MainEncounteredError", "Z002", Level::Error, std::move(text), std::move(data)});
}

void Console::write_error(const diag::Diagnostic& diagnostic, std::string_view opening,
                          std::string_view event, std::string_view event_code) {
  const diag::CodeInfo& info = code_info(diagnostic.code);
  std::string legacy = diagnostic.legacy_text;
  if (info.severity == diag::Severity::Warning) {
    legacy = "Compilation Error\n  " + base::replace_all(warnings_.text(diagnostic), "\n", "\n  ");
  } else if (legacy.empty()) {
    legacy = fmt::format("{}\n  {}", info.headline, diagnostic.message);
  }
  std::string text =
      tagged_error(std::string(opening) + legacy, log_.has_colors()) + "\n\n" +
      render_text(diagnostic, sources_, {log_.has_colors(), 120, !diagnostic.legacy_text.empty()});
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  base::DataMap data;
  data.set("exc", base::Data(legacy));
  if (log_.is_json())
    data.set("diagnostic", diagnostic_data(diagnostic, sources_));
  log_.write({event, event_code, Level::Error, std::move(text), std::move(data)});
}

void Console::fatal(const diag::Diagnostic& diagnostic) {
  write_error(diagnostic, "Encountered an error:\n", "MainEncounteredError", "Z002");
}

void Console::operation_failed(const diag::Diagnostic& diagnostic) {
  write_error(diagnostic,
              "Encountered an error while running operation: ", "RunningOperationCaughtError",
              "Q001");
}

void Console::compile_failed(const std::vector<RunResult>& results) {
  std::string text = tagged_error("Encountered an error:\nRuntime Error\n", log_.has_colors());
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
