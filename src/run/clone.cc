#include "run/clone.h"

#include "context/relation_object.h"

namespace weft::run {

using jinja::Value;

diag::Status clone_node(NodeRun& run, const RunRequest& request) {
  auto found = request.clone_from.find(run.node().unique_id);
  Value other = Value::none(), sql = Value::none();
  if (found != request.clone_from.end()) {
    other = context::relation_value(found->second);
    sql = Value::string("select * from " + found->second.render_name());
  }
  run.scope.extras.emplace_back("defer_relation", other);
  run.scope.extras.emplace_back("sql", sql);
  run.scope.extras.emplace_back("compiled_code", sql);
  const context::CallableMacro* macro =
      run.context.shared.macros.find_materialization(run.node().package_name, "clone", true);
  if (macro == nullptr) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::MaterializationMissing;
    diagnostic.message = "no materialization is called `clone`";
    return diagnostic;
  }
  diag::Result<Value> returned = run.lane.worker->call_macro(*macro, {}, {}, run.scope);
  if (!returned)
    return returned.error();
  if (diag::Status kept = keep_relations(run, *returned); !kept)
    return kept;
  run.result.message = "No-op";
  take_main_result(run);
  return diag::Done{};
}

}  // namespace weft::run
