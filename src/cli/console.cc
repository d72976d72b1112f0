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

/// The diagnostic as an object of the log line's data.
base::Data diagnostic_data(const diag::Diagnostic& diagnostic, const diag::Sources& sources) {
  std::variant<base::Data, base::JsonError> parsed =
      base::parse_json(render_json(diagnostic, sources));
  base::Data* data = std::get_if<base::Data>(&parsed);
  return data == nullptr ? base::Data() : std::move(*data);
}

}  // namespace

void Console::configure(const config::Flags& flags, std::string target_name, bool hides_nodes) {
  warnings_.configure(flags);
  target_name_ = std::move(target_name);
  hides_nodes_ = hides_nodes;
  width_ = static_cast<size_t>(std::clamp<int64_t>(flags.get_int("printer_width"), 20, 500));
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

void Console::run_started(size_t nodes, size_t threads) {
  say_concurrency(nodes, threads);
  if (!hides_nodes_)
    progress_.begin(nodes);
}

void Console::say_concurrency(size_t nodes, size_t threads) {
  base::DataMap data;
  data.set("node_count", base::Data(nodes));
  data.set("num_threads", base::Data(threads));
  data.set("target_name", base::Data(target_name_));
  log_.write({"ConcurrencyLine", "Q027", Level::Info,
              fmt::format("Concurrency: {} threads (target='{}')", threads, target_name_),
              std::move(data)});
  log_.info("");
}

void Console::diagnostic(const diag::Diagnostic& diagnostic, const Node* node) {
  std::string text = render_text(diagnostic, sources_, {log_.has_colors(), 120, true});
  std::lock_guard lock(mutex_);
  failures_.push_back({node == nullptr ? "" : node->unique_id, std::move(text),
                       log_.is_json() ? diagnostic_data(diagnostic, sources_) : base::Data()});
}

void Console::log(std::string_view text, bool info, const context::NodeScope& scope) {
  base::DataMap data;
  // A template that is parsed speaks for no node that runs.
  if (scope.node != nullptr && nodes_.has_started(*scope.node))
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
  base::DataMap data;
  if (log_.wants_data()) {
    data = node_data(connection_name);
    data.set("conn_name", base::Data(connection_name));
  }
  std::string text = fmt::format("On {}: {}", connection_name, sql);
  if (sql == "ROLLBACK") {
    log_.write({"Rollback", "E012", Level::Debug, std::move(text), std::move(data)});
    return;
  }
  if (log_.wants_data())
    data.set("sql", base::Data(sql));
  log_.write({"SQLQuery", "E016", Level::Debug, std::move(text), std::move(data)});
}

void Console::on_result(std::string_view connection_name, std::string_view status, double seconds) {
  base::DataMap data;
  if (log_.wants_data()) {
    data = node_data(connection_name);
    data.set("status", base::Data(status));
    data.set("elapsed", base::Data(seconds));
    data.set("query_id", base::Data(""));
  }
  log_.write({"SQLQueryStatus", "E017", Level::Debug,
              fmt::format("SQL status: {} in {:.3f} seconds", status, seconds), std::move(data)});
}

void Console::adapter_event(std::string_view connection_name, std::string text) {
  base::DataMap data;
  if (log_.wants_data()) {
    data = node_data(connection_name);
    data.set("name", base::Data("Postgres"));
    data.set("base_msg", base::Data(text));
    data.set("args", base::Data(base::DataList()));
  }
  log_.write({"AdapterEventDebug", "E001", Level::Debug, "Postgres adapter: " + std::move(text),
              std::move(data)});
}

void Console::on_failure(std::string_view connection_name, std::string_view message) {
  adapter_event(connection_name, fmt::format("Postgres error: {}", message));
}

void Console::on_notice(std::string_view connection_name, std::string_view text) {
  adapter_event(connection_name,
                fmt::format("Postgres notice on {}: {}", connection_name, base::trim(text)));
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
