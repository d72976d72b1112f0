// What the console and the logs are told of each node: its lines, and dbt's events with their data.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/thread_name.h"
#include "cli/console.h"

namespace weft::cli {
namespace {

using base::Data;
using base::DataMap;
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

/// The same while it was not done.
std::string_view trying_word(const Node& node) {
  return node.type == ResourceType::Seed       ? "loading"
         : node.type == ResourceType::Snapshot ? "snapshotting"
                                               : "creating";
}

/// The first of an event's keys.
DataMap one(std::string_view key, const std::string& value) {
  DataMap made;
  made.set(key, Data(value));
  return made;
}

/// The values as text, which is how dbt tells of a snapshot's configuration.
Data texts_of(const DataMap& values) {
  DataMap made;
  for (const auto& [key, value] : values) {
    if (!value.is_null())
      made.set(key, Data(python_str(value)));
  }
  return Data(std::move(made));
}

/// Nothing is done for these: they have one line, at their end.
bool is_no_op(const Node& node) {
  return node.type == ResourceType::SavedQuery || node.type == ResourceType::Exposure;
}

bool is_test(const Node& node) {
  return node.type == ResourceType::Test || node.type == ResourceType::UnitTest;
}

std::string colored(std::string_view text, std::string_view code, bool on) {
  return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

}  // namespace

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
  bool is_mild = level == Level::Warn || status == "SKIP" || status == "NO-OP";
  const char* color = level == Level::Error ? "31" : is_mild ? "33" : "32";
  std::string shown =
      status == "RUN" ? std::string(status) : colored(status, color, log_.has_colors());
  bool is_batch = name == "LogStartBatch" || name == "LogBatchResult";
  base::DataMap data;
  if (log_.wants_data()) {
    data = node_data(node, seconds.has_value());
    data.set(is_batch ? "batch_index" : "index", base::Data(index));
    bool is_test_line = name == "LogTestResult";
    data.set(is_batch ? "total_batches" : is_test_line ? "num_models" : "total", base::Data(total));
    if (seconds)
      data.set("execution_time", base::Data(*seconds));
    for (base::DataEntry& entry : more)
      data.set(std::move(entry.key), std::move(entry.value));
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

void Console::node_executing(const Node& node) {
  nodes_.set_status(node, "executing");
  log_.write({"NodeExecuting", "Q031", Level::Debug, "Began executing node " + node.unique_id,
              node_data(node)});
}

void Console::end(const Node& node, const RunResult& result) {
  base::DataMap data;
  if (log_.wants_data()) {
    data = node_data(node);
    data.set("run_result", run_result_data(result));
  }
  log_.write({"NodeFinished", "Q025", Level::Debug, "Finished running node " + node.unique_id,
              std::move(data)});
}

void Console::node_started(size_t index, size_t total, const Node& node) {
  begin(node);
  if (!hides_nodes_ && !is_no_op(node)) {
    fancy_line("LogStartLine", "Q011", Level::Info, index, total,
               "START " + materialization_text(node, materialized(node)), "RUN", std::nullopt, node,
               one("description", materialization_text(node, materialized(node))));
  }
  if (!hides_nodes_)
    progress_.started(node.unique_id, node.name);
  begin_compiling(node);
}

void Console::ephemeral_started(const Node& node) {
  begin(node);
  begin_compiling(node);
}

void Console::ephemeral_finished(const Node& node, const RunResult& result) {
  caught(node, result);
  nodes_.finished(node, result.status);
  end(node, result);
}

/// The error of a node, for those who follow the log of one; the console shows it at the end.
void Console::caught(const Node& node, const RunResult& result) {
  if (!result.message || (result.status != "error" && result.status != "runtime error"))
    return;
  base::DataMap data = node_data(node);
  data.set("exc", base::Data(*result.message));
  data.set("exc_info", base::Data(""));
  log_.write({"CatchableExceptionOnRun", "W002", Level::Debug, *result.message, std::move(data)});
}

void Console::children_skipped(const Node& node, const RunResult& result) {
  base::DataMap data;
  data.set("unique_id", base::Data(node.unique_id));
  data.set("status", base::Data(result.status));
  if (log_.wants_data())
    data.set("run_result", run_result_data(result));
  std::string text =
      fmt::format("Marking all children of '{}' to be skipped because of status '{}'. ",
                  node.unique_id, result.status);
  if (result.message)
    text += fmt::format(" Reason: {}.", *result.message);
  log_.write({"MarkSkippedChildren", "Z033", Level::Debug, std::move(text), std::move(data)});
}

void Console::node_finished(size_t index, size_t total, const Node& node, const RunResult& result) {
  caught(node, result);
  nodes_.finished(node, result.status);
  if (!hides_nodes_) {
    progress_.finished(node.unique_id, result.status == "error" || result.status == "fail");
    result_line(index, total, node, result);
  }
  end(node, result);
}

void Console::result_line(size_t index, size_t total, const Node& node, const RunResult& result) {
  if (is_no_op(node)) {
    std::string kind = base::replace_all(std::string(resource_type_name(node.type)), "_", " ");
    DataMap data = one("description", fmt::format("{} {}", kind, node.name));
    data.set("status", Data(""));
    fancy_line("LogNodeNoOpResult", "Q019", Level::Info, index, total,
               fmt::format("NO-OP {} {}", kind, node.name), "NO-OP", result.execution_time, node,
               std::move(data));
  } else if (is_test(node)) {
    test_line(index, total, node, result);
  } else if (node.type == ResourceType::Source) {
    freshness_line(index, total, node, result);
  } else {
    relation_line(index, total, node, result);
  }
}

void Console::test_line(size_t index, size_t total, const Node& node, const RunResult& result) {
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
  DataMap data = one("name", name);
  data.set("status", Data(result.status));
  data.set("num_failures", Data(result.failures.value_or(0)));
  bool is_attached =
      manifest_ != nullptr && node.test != nullptr && node.test->attached_node.valid();
  data.set("attached_node",
           Data(is_attached ? manifest_->node(node.test->attached_node).unique_id : ""));
  fancy_line("LogTestResult", "Q007", level, index, total, text, status, result.execution_time,
             node, std::move(data));
}

void Console::relation_line(size_t index, size_t total, const Node& node, const RunResult& result) {
  bool failed = result.status == "error";
  // Only the line that ends a snapshot does not say that it is one.
  std::string what = node.type == ResourceType::Snapshot
                         ? relation_text(node)
                         : materialization_text(node, materialized(node));
  std::string text = failed ? fmt::format("ERROR {} {}", trying_word(node), what)
                            : fmt::format("OK {} {}", done_word(node), what);
  if (result.status == "partial success")
    text = "PARTIALLY created " + what;
  DataMap data;
  const char *name = "LogModelResult", *code = "Q012";
  if (node.type == ResourceType::Seed) {
    name = "LogSeedResult";
    code = "Q016";
    data = one("schema", node.schema);
    data.set("relation", Data(node.alias));
  } else {
    data = one("description", what);
  }
  if (node.type == ResourceType::Snapshot) {
    name = "LogSnapshotResult";
    code = "Q015";
    if (log_.wants_data())
      data.set("cfg", texts_of(manifest_->config_of(node).values));
  }
  if (node.type == ResourceType::Seed || node.type == ResourceType::Snapshot) {
    data.set("status", Data(result.status));
    data.set("result_message", Data(result.message.value_or("")));
  } else {
    data.set("status", Data(failed ? result.status : base_status(result)));
  }
  fancy_line(name, code, failed ? Level::Error : Level::Info, index, total, text,
             failed ? "ERROR" : base_status(result), result.execution_time, node, std::move(data));
}

void Console::freshness_line(size_t index, size_t total, const Node& node,
                             const RunResult& result) {
  std::string_view status = result.status;
  std::string word = status == "runtime error" ? "ERROR"
                     : status == "error"       ? "ERROR STALE"
                     : status == "warn"        ? "WARN"
                                               : "PASS";
  Level level = status == "pass" ? Level::Info : status == "warn" ? Level::Warn : Level::Error;
  DataMap data = one("status", std::string(status));
  data.set("source_name", Data(node.source->source_name));
  data.set("table_name", Data(node.name));
  fancy_line("LogFreshnessResult", "Q018", level, index, total,
             word + " " + materialization_text(node, materialized(node)), word,
             result.execution_time, node, std::move(data));
}

void Console::node_skipped(size_t index, size_t total, const Node& node, const Node* cause,
                           const RunResult* result) {
  progress_.finished(node.unique_id, false);
  begin(node);
  bool is_relation = node.type == ResourceType::Model || node.type == ResourceType::Seed ||
                     node.type == ResourceType::Snapshot;
  std::string relation = node.schema + "." + node.name;
  RunResult own;
  own.status = "skipped";
  own.thread_id = base::thread_name();
  DataMap data = one("schema", node.schema);
  if (cause == nullptr || result == nullptr) {
    nodes_.set_status(node, "skipped");
    std::string what = is_relation ? "relation " + relation
                                   : fmt::format("{} {}", resource_type_name(node.type), node.name);
    data.set("node_name", Data(node.name));
    data.set("resource_type", Data(resource_type_name(node.type)));
    fancy_line("SkippingDetails", "Q034", Level::Info, index, total, "SKIP " + what, "SKIP",
               std::nullopt, node, std::move(data));
  } else {
    data.set("relation", Data(node.name));
    data.set("status", Data(result->status));
    fancy_line("LogSkipBecauseError", "Z034", Level::Error, index, total,
               fmt::format("SKIP relation {} due to ephemeral model status '{}'", relation,
                           result->status),
               "ERROR SKIP", std::nullopt, node, std::move(data));
    failure(*cause, *result);
    own.message = fmt::format(
        "Compilation Error in {}, caused by compilation error in referenced ephemeral model {}",
        node.unique_id, cause->unique_id);
  }
  end(node, own);
}

void Console::hook_started(size_t index, size_t total, const std::string& name, const Node& node) {
  nodes_.started(node);
  fancy_line("LogHookStartLine", "Q032", Level::Info, index, total, "START hook: " + name, "RUN",
             std::nullopt, node, one("statement", name));
}

void Console::hook_finished(size_t index, size_t total, const std::string& name, const Node& node,
                            const RunResult& result) {
  nodes_.finished(node, result.status);
  std::string word = result.status == "success"   ? "OK"
                     : result.status == "skipped" ? "SKIP"
                                                  : "ERROR";
  DataMap data = one("statement", name);
  data.set("status", Data(result.status));
  fancy_line("LogHookEndLine", "Q033", word == "ERROR" ? Level::Error : Level::Info, index, total,
             word + " hook: " + name, word, result.execution_time, node, std::move(data));
}

void Console::batch_started(size_t index, size_t total, const std::string& batch,
                            const Node& node) {
  if (hides_nodes_)
    return;
  std::string description = fmt::format("batch {} of {}", batch, relation_text(node));
  fancy_line("LogStartBatch", "Q045", Level::Info, index, total, "START " + description, "RUN",
             std::nullopt, node, one("description", description));
}

void Console::batch_finished(size_t index, size_t total, const std::string& batch, const Node& node,
                             const RunResult& result) {
  if (hides_nodes_)
    return;
  bool failed = result.status == "error", skipped = result.status == "skipped";
  std::string word = failed ? "ERROR creating" : skipped ? "SKIP" : "OK created";
  std::string status = failed ? "ERROR" : skipped ? "SKIPPED" : base_status(result);
  std::string description = fmt::format("batch {} of {}", batch, relation_text(node));
  DataMap data = one("description", description);
  data.set("status", Data(failed || skipped ? result.status : status));
  fancy_line("LogBatchResult", "Q046", failed ? Level::Error : Level::Info, index, total,
             fmt::format("{} {}", word, description), status, result.execution_time, node,
             std::move(data));
}

}  // namespace weft::cli
