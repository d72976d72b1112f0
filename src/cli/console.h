// Console: what a run does, in the lines that dbt users know; and what templates say.
#pragma once

#include <set>
#include <string>

#include "adapter/connection.h"
#include "cli/log.h"
#include "cli/node_info.h"
#include "cli/progress.h"
#include "cli/warnings.h"
#include "config/flags.h"
#include "context/shared.h"
#include "diag/source.h"
#include "run/listener.h"
#include "run/run.h"

namespace weft::cli {

class Console final : public run::Listener,
                      public context::Messages,
                      public adapter::QueryObserver {
 public:
  Console(Log& log, diag::Sources& sources, base::Clock& clock)
      : log_(log), sources_(sources), nodes_(clock), progress_(log) {}

  void configure(const config::Flags& flags, std::string target_name, bool hides_nodes);
  /// Whose nodes events speak of; must outlive the console. Null for none.
  void set_manifest(const manifest::Manifest* manifest);

  // run::Listener
  void run_started(size_t nodes, size_t threads) override;
  /// The line about threads, for commands that run nodes without a schedule.
  void say_concurrency(size_t nodes, size_t threads);
  void node_started(size_t index, size_t total, const manifest::Node& node) override;
  void node_finished(size_t index, size_t total, const manifest::Node& node,
                     const manifest::RunResult& result) override;
  void ephemeral_started(const manifest::Node& node) override;
  void ephemeral_finished(const manifest::Node& node, const manifest::RunResult& result) override;
  void node_executing(const manifest::Node& node) override;
  void children_skipped(const manifest::Node& node, const manifest::RunResult& result) override;
  void node_skipped(size_t index, size_t total, const manifest::Node& node,
                    const manifest::Node* cause, const manifest::RunResult* result) override;
  void hook_started(size_t index, size_t total, const std::string& name,
                    const manifest::Node& node) override;
  void hook_finished(size_t index, size_t total, const std::string& name,
                     const manifest::Node& node, const manifest::RunResult& result) override;
  void batch_started(size_t index, size_t total, const std::string& batch,
                     const manifest::Node& node) override;
  void batch_finished(size_t index, size_t total, const std::string& batch,
                      const manifest::Node& node, const manifest::RunResult& result) override;
  void diagnostic(const diag::Diagnostic& diagnostic, const manifest::Node* node) override;

  // context::Messages
  void log(std::string_view text, bool info, const context::NodeScope& scope) override;
  void print(std::string_view text) override;
  diag::Status warn(diag::Diagnostic warning) override;
  /// The summary of deprecations, when there were any. An error when it counts as one.
  diag::Status end_of_command();

  // adapter::QueryObserver
  void on_query(std::string_view connection_name, std::string_view sql) override;
  void on_result(std::string_view connection_name, std::string_view status,
                 double seconds) override;
  void on_failure(std::string_view connection_name, std::string_view message) override;
  void on_notice(std::string_view connection_name, std::string_view text) override;

  /// A diagnostic as text with its excerpt (or as JSON when the log is JSON).
  void show(const diag::Diagnostic& diagnostic);
  /// The error that ends a command: dbt's headline first, then the excerpt.
  void fatal(const diag::Diagnostic& diagnostic);
  /// The same for the macro or statement of `run-operation`.
  void operation_failed(const diag::Diagnostic& diagnostic);
  /// The lines after a run: the summary, what failed and why, `Done. PASS=…`.
  void end_of_run(const manifest::Manifest& manifest,
                  const std::vector<manifest::RunResult>& results, double elapsed,
                  bool was_cancelled);
  /// The lines after `source freshness`.
  void end_of_freshness(const manifest::Manifest& manifest,
                        const std::vector<manifest::RunResult>& results, double elapsed);
  /// What ends a command that only compiles: the first error in dbt's words, then all of them.
  void compile_failed(const std::vector<manifest::RunResult>& results);
  Log& log() { return log_; }

 private:
  std::string_view materialized(const manifest::Node& node) const;
  /// node_info and group for JSON logs; nothing when no log is JSON.
  base::DataMap node_data(const manifest::Node& node, bool with_group = false) const;
  base::DataMap node_data(std::string_view unique_id) const;
  void begin(const manifest::Node& node);
  void begin_compiling(const manifest::Node& node);
  void caught(const manifest::Node& node, const manifest::RunResult& result);
  void end(const manifest::Node& node, const manifest::RunResult& result);
  void result_line(size_t index, size_t total, const manifest::Node& node,
                   const manifest::RunResult& result);
  void test_line(size_t index, size_t total, const manifest::Node& node,
                 const manifest::RunResult& result);
  void relation_line(size_t index, size_t total, const manifest::Node& node,
                     const manifest::RunResult& result);
  void adapter_event(std::string_view connection_name, std::string text);
  /// console_summary.cc
  void results_line(const manifest::Manifest& manifest,
                    const std::vector<manifest::RunResult>& results, double elapsed);
  void end_result(const std::vector<manifest::RunResult>& results, double elapsed);
  void failures(const manifest::Manifest& manifest, const std::vector<manifest::RunResult>& results,
                bool (*is_shown)(const manifest::RunResult& result));
  void failure(const manifest::Node& node, const manifest::RunResult& result);
  void failure_details(const manifest::Node& node, const manifest::RunResult& result, Level level);
  void write_error(const diag::Diagnostic& diagnostic, std::string_view opening,
                   std::string_view event, std::string_view event_code);
  void freshness_line(size_t index, size_t total, const manifest::Node& node,
                      const manifest::RunResult& result);
  void fancy_line(std::string_view name, std::string_view code, Level level, size_t index,
                  size_t total, std::string_view text, std::string_view status,
                  std::optional<double> seconds, const manifest::Node& node, base::DataMap more);

  Log& log_;
  diag::Sources& sources_;
  Warnings warnings_;
  NodeLog nodes_;
  const manifest::Manifest* manifest_ = nullptr;
  std::string target_name_;
  bool hides_nodes_ = false;
  size_t width_ = 80;
  std::mutex mutex_;
  /// Why a node failed: shown at the end.
  struct Failure {
    std::string unique_id, text;
    base::Data diagnostic;
  };
  std::vector<Failure> failures_;
  Progress progress_;
};

}  // namespace weft::cli
