#include "run/node_run.h"

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "run/clone.h"
#include "run/freshness.h"
#include "run/function_run.h"
#include "run/microbatch.h"
#include "run/node_retry.h"
#include "run/query_comment.h"
#include "run/unit_test_runner.h"

namespace weft::run {
namespace {

using manifest::Node;
using manifest::ResourceType;

bool has_sql(ResourceType type) {
  return type != ResourceType::Seed && type != ResourceType::SavedQuery &&
         type != ResourceType::Exposure && type != ResourceType::Source;
}

bool is_ephemeral(const NodeRun& run) {
  return run.node().is_ephemeral_model(run.manifest().config_of(run.node()));
}

/// Each batch has files of its own: models/events/events_2024-01-31.sql.
std::string file_path(const NodeRun& run, std::string_view kind) {
  std::string path = run.context.compiler.file_path(run.node(), kind);
  if (run.batch == nullptr)
    return path;
  std::string name(base::file_name(path));
  size_t dot = name.rfind('.');
  std::string stem = name.substr(0, dot), ending = dot == std::string::npos ? "" : name.substr(dot);
  return fmt::format("{}/{}/{}_{}{}", base::folder_of(path), stem, stem, run.batch->label, ending);
}

class FixedAnswer final : public jinja::Object {
 public:
  explicit FixedAnswer(bool answer) : answer_(answer) {}
  std::string_view type_name() const override { return "function"; }
  bool is_callable() const override { return true; }
  jinja::Value call(jinja::Interpreter&, const jinja::Arguments&) override {
    return jinja::Value::boolean(answer_);
  }

 private:
  bool answer_;
};

/// What the materialization sees of a batch beside the model itself.
void enter_batch(NodeRun& run) {
  manifest::Node& node = run.context.project.manifest.node(run.id);
  node.compiled_path = file_path(run, "compiled");
  run.scope.config = &run.batch->config;
  if (!run.batch->is_incremental)
    return;
  run.scope.extras.emplace_back("is_incremental", jinja::Value::object(new FixedAnswer(true)));
  run.scope.extras.emplace_back("should_full_refresh",
                                jinja::Value::object(new FixedAnswer(false)));
}

diag::Status compile(NodeRun& run, const RunRequest& request) {
  if (run.node().type == ResourceType::UnitTest) {
    diag::Status compiled = compile_unit_test(run);
    if (!compiled || !request.write_files || !run.node().compiled_path)
      return compiled;
    for (const auto& [path, text] : run.fixtures) {
      diag::Status written = write_target_file(run.context, path, text);
      if (!written)
        return written;
    }
    return write_target_file(run.context, *run.node().compiled_path, run.node().compiled_code);
  }
  if (run.batch != nullptr)
    run.scope.batch = run.batch->batch;
  diag::Result<compile::Query> query =
      run.context.compiler.compile(*run.lane.worker, run.id, run.scope);
  if (!query)
    return query.error();
  run.compiled = std::move(*query);
  if (run.batch != nullptr)
    enter_batch(run);
  run.scope.compiled_spans = &run.compiled.spans;
  const Node& node = run.node();
  run.result.compiled = true;
  // What the row itself keeps is taken from there; the next batch will replace it.
  if (run.batch != nullptr)
    run.result.compiled_code = node.compiled_code;
  if (request.write_files && node.compiled_path)
    return write_target_file(run.context, *node.compiled_path, node.compiled_code);
  return diag::Done{};
}

const manifest::RunResult* previous_result(const RunRequest& request,
                                           const std::string& unique_id) {
  if (request.previous == nullptr)
    return nullptr;
  for (const manifest::RunResult& result : request.previous->results) {
    if (result.unique_id == unique_id)
      return &result;
  }
  return nullptr;
}

diag::Status execute(NodeRun& run, const RunRequest& request) {
  if (request.mode == Mode::Clone)
    return clone_node(run, request);
  if (run.node().type == ResourceType::SavedQuery || run.node().type == ResourceType::Exposure) {
    // They are in the graph, but nothing is built.
    run.result.status = "no-op";
    run.result.message = "NO-OP";
    run.result.failures = 0;
    return diag::Done{};
  }
  diag::Status status = run.node().type == ResourceType::Source     ? check_freshness(run)
                        : run.node().type == ResourceType::Test     ? judge_test(run)
                        : run.node().type == ResourceType::UnitTest ? execute_unit_test(run)
                        : run.node().type == ResourceType::Function
                            ? run_function(run, previous_result(request, run.node().unique_id))
                            : materialize(run);
  std::string path = file_path(run, "run");
  if (run.scope.has_written && run.node().type != ResourceType::UnitTest)
    run.context.project.manifest.node(run.id).build_path = path;
  if (request.write_files && !run.scope.written.empty()) {
    diag::Status written = write_target_file(run.context, path, run.scope.written);
    if (status && !written)
      return written;
  }
  return status;
}

void fail(NodeRun& run, diag::Diagnostic error) {
  run.context.compiler.name_shared_text(error, run.node());
  run.result.status = run.node().type == ResourceType::Source ? "runtime error" : "error";
  run.result.message = result_message(error, run.node());
  run.context.listener.diagnostic(error, &run.node());
}

/// What a closed node must not leave: an open transaction or its name on the connection.
void release(NodeRun& run) {
  if (run.lane.connection == nullptr)
    return;
  adapter::Connection& connection = *run.lane.connection;
  bool is_test = run.node().type == ResourceType::Test;
  diag::Status status = is_test ? connection.rollback_later() : connection.rollback();
  (void)status;
}

}  // namespace

diag::Status write_target_file(const RunContext& context, const std::string& path,
                               std::string_view text) {
  std::string full = base::join_path(context.shared.root.root, path);
  base::FileSystem& files = context.shared.env.files;
  // Most commands compile to what is there already. Replacing a file makes the disk work, reading
  // it does not.
  base::IoResult<std::string> before = files.read(full);
  if (before && *before == text)
    return diag::Done{};
  std::optional<base::IoError> error = files.write(full, text);
  if (!error)
    return diag::Done{};
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::FileUnwritable;
  diagnostic.message = fmt::format("`{}` cannot be written: {}", path, error->message);
  return diagnostic;
}

std::string result_message(const diag::Diagnostic& error, const Node& node) {
  if (!error.database)
    return error.legacy_text.empty() ? error.message : error.legacy_text;
  std::string text =
      fmt::format("Database Error in {} {} ({})\n  {}", resource_type_name(node.type), node.name,
                  node.original_file_path, base::replace_all(error.database->text, "\n", "\n  "));
  if (node.build_path)
    text += "\n  compiled code at " + *node.build_path;
  return text;
}

void run_step(NodeRun& run, const RunRequest& request) {
  base::Clock& clock = run.context.shared.env.clock;
  const Node& node = run.node();
  int64_t started = clock.now_us(), steady = clock.steady_ns();
  diag::Status status = diag::Done{};
  if (run.lane.connection != nullptr)
    status = set_query_comment(*run.lane.worker, &node, node.unique_id);
  if (status && has_sql(node.type) && request.mode != Mode::Clone)
    status = compile(run, request);
  else
    run.context.compiler.prepare_scope(run.id, run.scope);
  int64_t compiled_at = clock.now_us();
  run.result.timing.push_back({"compile", started, compiled_at});
  bool executes = request.mode != Mode::Compile && !is_ephemeral(run);
  if (status && executes) {
    run.context.listener.node_executing(node);
    status = execute(run, request);
  }
  if (status || executes)
    run.result.timing.push_back({"execute", compiled_at, clock.now_us()});
  if (!status && run.has_tries && may_be_repeated(run, status.error()))
    run.is_repeated = true;
  else if (!status)
    fail(run, status.error());
  else if (run.result.status.empty())
    run.result.status = "success";
  release(run);
  run.result.execution_time = static_cast<double>(clock.steady_ns() - steady) / 1e9;
  complete_freshness(run);
}

manifest::RunResult run_node(const RunContext& context, const RunRequest& request, Lane& lane,
                             NodeId id) {
  for (int tried = 1;; ++tried) {
    NodeRun run{context, lane, id, {}, {}, {}};
    const Node& node = run.node();
    run.result.unique_id = node.unique_id;
    run.result.relation_name = node.relation_name;
    run.result.thread_id = lane.worker->thread_name;
    run.has_tries = tried < kMostTries;
    if (lane.connection != nullptr)
      lane.connection->name = node.unique_id;
    if (request.mode == Mode::Run && is_microbatch(context, node))
      run_batches(run, request);
    else
      run_step(run, request);
    if (!run.is_repeated)
      return std::move(run.result);
  }
}

}  // namespace weft::run
