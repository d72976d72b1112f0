// Listener: who is told what a run does. The console, the log file and tests implement it.
#pragma once

#include <string>
#include <string_view>

#include "diag/diagnostic.h"
#include "manifest/artifacts.h"
#include "manifest/manifest.h"

namespace weft::run {

/// Called from worker threads; implementations lock.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void run_started(size_t nodes, size_t threads) = 0;
  /// `index` counts from 1 in order of starting.
  virtual void node_started(size_t index, size_t total, const manifest::Node& node) = 0;
  virtual void node_finished(size_t index, size_t total, const manifest::Node& node,
                             const manifest::RunResult& result) = 0;
  /// An ephemeral model, which has no line and no number, is compiled.
  virtual void ephemeral_started(const manifest::Node& node) = 0;
  virtual void ephemeral_finished(const manifest::Node& node,
                                  const manifest::RunResult& result) = 0;
  /// A started node is compiled and now executed.
  virtual void node_executing(const manifest::Node& node) = 0;
  /// The node's end keeps what lies behind it from being run.
  virtual void children_skipped(const manifest::Node& node, const manifest::RunResult& result) = 0;
  /// `cause` is the ephemeral model whose failure keeps the node from being run, with its result;
  /// null for any other reason.
  virtual void node_skipped(size_t index, size_t total, const manifest::Node& node,
                            const manifest::Node* cause, const manifest::RunResult* result) = 0;
  /// `name` is "package.on-run-start.0".
  virtual void hook_started(size_t index, size_t total, const std::string& name,
                            const manifest::Node& node) = 0;
  virtual void hook_finished(size_t index, size_t total, const std::string& name,
                             const manifest::Node& node, const manifest::RunResult& result) = 0;
  /// A batch of a microbatch model; `batch` is its start as dbt shows it: "2024-01-31".
  virtual void batch_started(size_t index, size_t total, const std::string& batch,
                             const manifest::Node& node) = 0;
  virtual void batch_finished(size_t index, size_t total, const std::string& batch,
                              const manifest::Node& node, const manifest::RunResult& result) = 0;
  /// An error with its place, beside the node's result. Never called for failing tests.
  virtual void diagnostic(const diag::Diagnostic& diagnostic, const manifest::Node* node) = 0;
};

}  // namespace weft::run
