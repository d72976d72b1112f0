#include "run/hooks.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "run/query_comment.h"

namespace weft::run {
namespace {

using jinja::Value;
using manifest::Node;
using manifest::ResourceType;

bool is_hook(const Node& node, std::string_view kind) {
  return node.type == ResourceType::Operation && !node.tags.empty() && node.tags.front() == kind;
}

diag::Status run_hook(const RunContext& context, Lane& lane, const Node& node, NodeId id,
                      const std::vector<std::pair<std::string, Value>>& extras,
                      manifest::RunResult& result) {
  context::NodeScope scope;
  scope.package_name = node.package_name;
  scope.node = &node;
  scope.id = id;
  scope.is_operation = true;
  scope.config = &context.project.manifest.config_of(node).values;
  scope.extras = extras;
  lane.connection->name = "master";
  diag::Status commented = set_query_comment(*lane.worker, nullptr, "master");
  if (!commented)
    return commented;
  diag::Result<jinja::Rendered> sql = lane.worker->render_text(node.raw_code, node.name, scope);
  if (!sql)
    return sql.error();
  result.compiled_code = sql->text;
  result.compiled = true;
  result.message = "OK";
  if (!base::trim(sql->text).empty()) {
    diag::Result<adapter::QueryResult> executed = lane.connection->execute(sql->text, {});
    if (!executed) {
      diag::Diagnostic error = executed.error();
      error.code = diag::Code::HookFailed;
      error.hint = fmt::format("this is {} hook {} of dbt_project.yml of package `{}`",
                               node.tags.front(), node.operation_index + 1, node.package_name);
      return error;
    }
    result.message = executed->response.message;
    result.adapter_response.set("_message", base::Data(executed->response.message));
    result.adapter_response.set("code", base::Data(executed->response.code));
    result.adapter_response.set("rows_affected", base::Data(executed->response.rows_affected));
  }
  return lane.connection->in_transaction() ? lane.connection->commit() : diag::Done{};
}

}  // namespace

std::vector<NodeId> hooks_of(const manifest::Manifest& manifest, std::string_view kind,
                             const std::string& root_package) {
  std::vector<NodeId> made;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    if (is_hook(manifest.nodes[i], kind) && !manifest.is_disabled(NodeId(i)))
      made.push_back(NodeId(i));
  }
  std::stable_sort(made.begin(), made.end(), [&](NodeId a, NodeId b) {
    const Node &x = manifest.node(a), &y = manifest.node(b);
    bool x_root = x.package_name == root_package, y_root = y.package_name == root_package;
    if (x_root != y_root)
      return y_root;
    if (x.package_name != y.package_name)
      return x.package_name < y.package_name;
    return x.operation_index < y.operation_index;
  });
  return made;
}

bool run_hooks(const RunContext& context, Lane& lane, std::string_view kind,
               const std::vector<std::pair<std::string, Value>>& extras,
               std::vector<manifest::RunResult>& results) {
  base::Clock& clock = context.shared.env.clock;
  std::vector<NodeId> hooks = hooks_of(context.project.manifest, kind, context.shared.root.name);
  for (size_t i = 0; i < hooks.size(); ++i) {
    const Node& node = context.project.manifest.node(hooks[i]);
    manifest::RunResult result;
    result.unique_id = node.unique_id;
    result.thread_id = "MainThread";
    int64_t started = clock.now_us(), steady = clock.steady_ns();
    context.listener.hook_started(i + 1, hooks.size(), node);
    diag::Status status = run_hook(context, lane, node, hooks[i], extras, result);
    result.status = status ? "success" : "error";
    result.failures = status ? 0 : 1;
    if (!status) {
      result.message = result_message(status.error(), node, "");
      context.listener.diagnostic(status.error(), &node);
      if (lane.connection->in_transaction()) {
        diag::Status ended = lane.connection->rollback();
        (void)ended;
      }
    }
    result.timing.push_back({"compile", started, started});
    result.timing.push_back({"execute", started, clock.now_us()});
    result.execution_time = static_cast<double>(clock.steady_ns() - steady) / 1e9;
    context.listener.hook_finished(i + 1, hooks.size(), node, result);
    results.push_back(std::move(result));
    if (!status)
      return false;
  }
  return true;
}

Value results_value(const manifest::Manifest& manifest,
                    const std::vector<manifest::RunResult>& results) {
  std::vector<Value> made;
  for (const manifest::RunResult& result : results) {
    Value one = Value::dict();
    NodeId id = manifest.find(result.unique_id);
    one.set_item("node",
                 id.valid() ? Value::from_data(manifest::node_data(manifest, id)) : Value::none());
    one.set_item("unique_id", Value::string(result.unique_id));
    one.set_item("status", Value::string(result.status));
    one.set_item("message", result.message ? Value::string(*result.message) : Value::none());
    one.set_item("thread_id", Value::string(result.thread_id));
    one.set_item("execution_time", Value::floating(result.execution_time));
    one.set_item("adapter_response", Value::from_data(base::Data(result.adapter_response)));
    one.set_item("failures", result.failures ? Value::integer(*result.failures) : Value::none());
    std::vector<Value> timing;
    for (const manifest::Timing& step : result.timing) {
      Value entry = Value::dict();
      entry.set_item("name", Value::string(step.name));
      entry.set_item("started_at", Value::string(base::format_utc(step.started_at)));
      entry.set_item("completed_at", Value::string(base::format_utc(step.completed_at)));
      timing.push_back(entry);
    }
    one.set_item("timing", Value::list(std::move(timing)));
    made.push_back(one);
  }
  return Value::list(std::move(made));
}

}  // namespace weft::run
