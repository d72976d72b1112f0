#include "run/hooks.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "run/node_run.h"
#include "run/query_comment.h"
#include "run/result_object.h"

namespace weft::run {
namespace {

using jinja::Value;
using manifest::Node;
using manifest::ResourceType;

bool is_hook(const Node& node, std::string_view kind) {
  return node.type == ResourceType::Operation && !node.tags.empty() && node.tags.front() == kind;
}

context::NodeScope scope_of(const RunContext& context, const Node& node, NodeId id,
                            const Extras& extras) {
  context::NodeScope scope;
  scope.package_name = node.package_name;
  scope.node = &node;
  scope.id = id;
  scope.is_operation = true;
  scope.config = &context.project.manifest.config_of(node).values;
  scope.extras = extras;
  return scope;
}

/// A hook may be a mapping in JSON, {"sql": …}, as the macros around hooks of models make it.
std::string sql_of(std::string text) {
  std::string_view trimmed = base::trim(text);
  if (trimmed.empty() || trimmed.front() != '{')
    return text;
  auto parsed = base::parse_json(trimmed);
  auto* data = std::get_if<base::Data>(&parsed);
  const base::Data* sql = data == nullptr ? nullptr : data->get("sql");
  return sql != nullptr && sql->is_string() ? sql->as_string() : text;
}

diag::Status execute_hook(Lane& lane, const Node& node, const std::string& sql) {
  if (!base::trim(sql).empty()) {
    diag::Result<adapter::QueryResult> executed = lane.connection->execute(sql, {});
    if (!executed) {
      diag::Diagnostic error = executed.error();
      error.code = diag::Code::HookFailed;
      error.hint = fmt::format("this is {} hook {} of dbt_project.yml of package `{}`",
                               node.tags.front(), node.operation_index + 1, node.package_name);
      return error;
    }
  }
  return lane.connection->in_transaction() ? lane.connection->commit() : diag::Done{};
}

/// One pass over the hooks of a kind.
class HookRun {
 public:
  HookRun(const RunContext& context, Lane& lane, std::string_view kind, const Extras& extras,
          std::vector<manifest::RunResult>& results)
      : context_(context), lane_(lane), kind_(kind), extras_(extras), results_(results) {}

  diag::Result<bool> run() {
    std::vector<NodeId> hooks = hooks_of(manifest(), kind_, context_.shared.root.name);
    if (hooks.empty())
      return true;
    if (lane_.connection != nullptr)
      lane_.connection->name = "master";
    if (diag::Status commented = set_query_comment(*lane_.worker, nullptr, "master"); !commented)
      return commented.error();
    // Each statement of a hook stands for itself.
    if (diag::Status cleared = lane_.connection->commit(); !cleared)
      return cleared.error();
    for (size_t i = 0; i < hooks.size(); ++i) {
      if (diag::Status done = one(hooks[i], i, hooks.size()); !done)
        return done.error();
    }
    return !has_failed_;
  }

 private:
  manifest::Manifest& manifest() const { return context_.project.manifest; }

  /// Renders and runs one hook, or skips it behind a failed one. The error: it cannot be rendered.
  diag::Status one(NodeId id, size_t index, size_t total) {
    Node& node = manifest().node(id);
    manifest::RunResult result;
    result.unique_id = node.unique_id;
    // dbt's name for it, by which on-run-end tells hooks from nodes.
    result.thread_id = "main";
    std::string name = fmt::format("{}.{}.{}", node.package_name, kind_, index);
    if (has_failed_) {
      result.status = "skipped";
      result.message = name + " skipped";
      result.failures = 1;
    } else if (diag::Status done = render_and_run(id, name, index, total, result); !done) {
      return done;
    }
    context_.listener.hook_finished(index + 1, total, name, node, result);
    results_.push_back(std::move(result));
    return diag::Done{};
  }

  diag::Status render_and_run(NodeId id, const std::string& name, size_t index, size_t total,
                              manifest::RunResult& result) {
    base::Clock& clock = context_.shared.env.clock;
    Node& node = manifest().node(id);
    context::NodeScope scope = scope_of(context_, node, id, extras_);
    int64_t started = clock.now_us(), steady = clock.steady_ns();
    diag::Result<jinja::Rendered> sql = lane_.worker->render_text(node.raw_code, node.name, scope);
    if (!sql)
      return sql.error();
    result.compiled = node.compiled = true;
    result.compiled_code = node.compiled_code = sql->text;
    node.extra_ctes_injected = true;
    // Of a hook that says nothing there is no file.
    if (!sql->text.empty()) {
      node.compiled_path = context_.compiler.file_path(node, "compiled");
      if (diag::Status written = write_target_file(context_, *node.compiled_path, sql->text);
          !written)
        return written;
    }
    int64_t compiled = clock.now_us();
    context_.listener.hook_started(index + 1, total, name, node);
    diag::Status status = execute_hook(lane_, node, sql_of(sql->text));
    if (status)
      result.message = name + " passed";
    else
      fail(name, node, status.error(), result);
    result.status = status ? "success" : "error";
    result.failures = status ? 0 : 1;
    result.timing = {{"compile", started, compiled}, {"execute", compiled, clock.now_us()}};
    result.execution_time = static_cast<double>(clock.steady_ns() - steady) / 1e9;
    return diag::Done{};
  }

  void fail(const std::string& name, const Node& node, const diag::Diagnostic& error,
            manifest::RunResult& result) {
    has_failed_ = true;
    result.message = fmt::format("{} failed, error:\n {}", name,
                                 error.database ? error.database->text : error.message);
    context_.listener.diagnostic(error, &node);
    if (lane_.connection->in_transaction()) {
      diag::Status ended = lane_.connection->rollback();
      (void)ended;
    }
  }

  const RunContext& context_;
  Lane& lane_;
  std::string_view kind_;
  const Extras& extras_;
  std::vector<manifest::RunResult>& results_;
  bool has_failed_ = false;
};

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
      return x_root;
    if (x.package_name != y.package_name)
      return x.package_name < y.package_name;
    return x.operation_index < y.operation_index;
  });
  return made;
}

diag::Result<bool> run_hooks(const RunContext& context, Lane& lane, std::string_view kind,
                             const Extras& extras, std::vector<manifest::RunResult>& results) {
  return HookRun(context, lane, kind, extras, results).run();
}

Value results_value(const manifest::Manifest& manifest,
                    const std::vector<manifest::RunResult>& results) {
  std::vector<Value> made;
  for (const manifest::RunResult& result : results)
    made.push_back(result_value(manifest, result));
  return Value::list(std::move(made));
}

}  // namespace weft::run
