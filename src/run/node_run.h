// NodeRun: one node on its way through a worker: compiled, executed, turned into a result.
#pragma once

#include <memory>
#include <string>

#include "adapter/adapter.h"
#include "compile/compiler.h"
#include "context/worker.h"
#include "manifest/artifacts.h"
#include "run/run.h"

namespace weft::run {

/// One thread's means.
struct Lane {
  std::unique_ptr<adapter::Connection> connection;
  std::unique_ptr<context::Worker> worker;
};

/// One batch of a microbatch model on its way through a worker.
struct BatchStep {
  context::Batch batch;
  /// The batch's start as people read it, and as its files are named.
  std::string label;
  /// The model's configuration, with hooks of this batch only.
  base::DataMap config;
  /// The model's table is there: the macros is_incremental() and should_full_refresh() know.
  bool is_incremental = true;
};

struct NodeRun {
  const RunContext& context;
  Lane& lane;
  NodeId id;
  context::NodeScope scope;
  compile::Query compiled;
  manifest::RunResult result;
  /// Null but for batches.
  const BatchStep* batch = nullptr;
  /// Unit tests: files below target/compiled with the SQL of their inputs.
  std::vector<std::pair<std::string, std::string>> fixtures = {};
  /// Another try is allowed; `is_repeated` says that one is wanted, and the result means nothing.
  bool has_tries = false, is_repeated = false;

  const manifest::Manifest& manifest() const { return context.project.manifest; }
  const manifest::Node& node() const { return manifest().node(id); }
};

/// Compiles and runs the node. Never fails: what went wrong is the result's status and message. The
/// connection has no open transaction afterwards.
manifest::RunResult run_node(const RunContext& context, const RunRequest& request, Lane& lane,
                             NodeId id);

/// Compiles and executes what stands in `run` and fills its result. Never fails, as run_node().
void run_step(NodeRun& run, const RunRequest& request);

/// Writes a file below the target folder; `path` is relative to the project.
diag::Status write_target_file(const RunContext& context, const std::string& path,
                               std::string_view text);

/// The text of an error as dbt's results hold it: headline, place, message, and the file under
/// target/run once that is written.
std::string result_message(const diag::Diagnostic& error, const manifest::Node& node);

/// Fills message, adapter_response and failures from a test's one row. See test_verdict.cc.
diag::Status judge_test(NodeRun& run);

/// Message and adapter_response of the statement called "main".
void take_main_result(NodeRun& run);

/// Relations that a materialization returned are known from now on. The error: it returned
/// something else.
diag::Status keep_relations(NodeRun& run, const jinja::Value& returned);

/// Runs the node's materialization macro; the result's message is the main statement's.
diag::Status materialize(NodeRun& run);
/// The same in another scope of the node; the result stays as it is.
diag::Status materialize(NodeRun& run, context::NodeScope& scope);
/// The same by another materialization.
diag::Status materialize_as(NodeRun& run, const std::string& name, context::NodeScope& scope);

}  // namespace weft::run
