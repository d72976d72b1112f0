#include "run/function_run.h"

#include <algorithm>

#include <fmt/format.h>

namespace weft::run {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;
using jinja::Value;
using manifest::Node;

/// `model` as the materialization of one overload sees it.
Value overload_model(const NodeRun& run, const Data& overload) {
  Value model = Value::from_data(manifest::node_data(run.manifest(), run.id));
  for (const char* key : {"arguments", "returns"}) {
    const Data* value = overload.get(key);
    if (value != nullptr && !value->is_null())
      model.set_item(key, Value::from_data(*value));
  }
  const Data* body = overload.get("compiled_body");
  Value code = body == nullptr ? Value::string("") : Value::from_data(*body);
  model.set_item("compiled_code", code);
  model.set_item("compiled_sql", code);
  return model;
}

diag::Status run_overload(NodeRun& run, const Data& overload) {
  context::NodeScope scope;
  run.context.compiler.prepare_scope(run.id, scope);
  scope.extras.emplace_back("model", overload_model(run, overload));
  diag::Status status = materialize(run, scope);
  adapter::Connection* connection = run.lane.connection.get();
  if (!status && connection != nullptr && connection->in_transaction())
    (void)connection->rollback();
  return status;
}

bool succeeded_before(const manifest::RunResult* previous, const Data& name) {
  const Data* done = previous == nullptr ? nullptr : previous->overload_results.get("successful");
  return done != nullptr && done->is_list() &&
         std::find(done->as_list().begin(), done->as_list().end(), name) != done->as_list().end();
}

}  // namespace

diag::Status run_function(NodeRun& run, const manifest::RunResult* previous) {
  diag::Status root = materialize(run);
  if (!root)
    return root;
  const Node& node = run.node();
  DataList successful, failed;
  if (node.function->overloads.is_list()) {
    for (const Data& overload : node.function->overloads.as_list()) {
      const Data* name = overload.get("defined_in");
      if (name == nullptr)
        continue;
      diag::Status status =
          succeeded_before(previous, *name) ? diag::Done{} : run_overload(run, overload);
      if (!status)
        run.context.listener.diagnostic(status.error(), &node);
      (status ? successful : failed).push_back(*name);
    }
  }
  if (!failed.empty()) {
    run.result.status = "partial success";
    run.result.message = "PARTIAL SUCCESS " + node.name;
  }
  DataMap results;
  results.set("successful", Data(std::move(successful)));
  results.set("failed", Data(std::move(failed)));
  run.result.overload_results = Data(std::move(results));
  return diag::Done{};
}

}  // namespace weft::run
