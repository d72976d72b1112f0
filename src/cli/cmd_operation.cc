// run-operation: a macro, or one statement.
#include <fmt/format.h>

#include "base/strings.h"
#include "cli/commands.h"
#include "context/worker.h"

namespace weft::cli {
namespace {

using jinja::Value;

int usage(Session& session, std::string message) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::MacroNotGiven;
  diagnostic.legacy_text = "Runtime Error\n  " + message;
  diagnostic.message = std::move(message);
  return session.fail(diagnostic);
}

const context::CallableMacro* find_macro(Session& session, const std::string& name) {
  size_t dot = name.find('.');
  if (dot != std::string::npos)
    return session.parsed->macros->find_in(name.substr(0, dot), name.substr(dot + 1));
  return session.parsed->macros->find_anywhere(name);
}

int unknown_macro(Session& session, const std::string& name) {
  std::vector<std::string> names;
  if (const context::MacrosByName* macros = session.parsed->macros->package(session.project.name)) {
    for (const auto& [known, macro] : *macros)
      names.push_back(known);
  }
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::MacroMissing;
  diagnostic.message = fmt::format("no macro is called `{}`", name);
  if (std::optional<std::string> near = base::nearest(name, names))
    diagnostic.hint = fmt::format("did you mean `{}`?", *near);
  diagnostic.legacy_text = fmt::format(
      "Compilation Error\n  dbt could not find a macro with the name '{}' in any package. This can "
      "happen when calling a macro that does not exist. Check for typos and/or install package "
      "dependencies with \"dbt deps\".",
      name);
  return session.fail(diagnostic);
}

/// Runs the macro and commits what it did.
diag::Status run_macro(Session& session, adapter::Connection& connection,
                       const context::CallableMacro& macro) {
  context::Worker worker(*session.shared, &connection);
  context::NodeScope scope;
  scope.package_name = session.project.name;
  scope.is_operation = true;
  std::vector<jinja::NamedValue> arguments;
  if (const base::Data* args = session.line.values.find("args")) {
    for (const auto& [key, value] : args->as_map())
      arguments.push_back({key, Value::from_data(value)});
  }
  diag::Result<Value> result = worker.call_macro(macro, {}, arguments, scope);
  if (!result)
    return result.error();
  return connection.in_transaction() ? connection.commit() : diag::Done{};
}

diag::Status run_sql(Session& session, adapter::Connection& connection, const std::string& text) {
  context::Worker worker(*session.shared, &connection);
  context::NodeScope scope;
  scope.package_name = session.project.name;
  scope.is_operation = true;
  diag::Result<jinja::Rendered> sql = worker.render_text(text, "--sql", scope);
  if (!sql)
    return sql.error();
  diag::Result<adapter::QueryResult> done = connection.execute(sql->text, {});
  if (!done)
    return done.error();
  return connection.in_transaction() ? connection.commit() : diag::Done{};
}

}  // namespace

int cmd_run_operation(Session& session) {
  if (!session.load_project())
    return kUnhandled;
  const base::Data* sql = session.line.values.find("sql");
  bool has_macro = !session.line.arguments.empty();
  if (!has_macro && sql == nullptr)
    return usage(session, "Either a macro name or --sql must be passed to run-operation");
  if (has_macro && sql != nullptr)
    return usage(session, "Cannot specify both a macro name and --sql for run-operation");
  if (sql != nullptr && session.line.values.contains("args"))
    return usage(session, "--args cannot be used with --sql; pass arguments directly in the SQL");
  if (!session.load_profile() || !session.parse() || !session.connect())
    return kUnhandled;
  const context::CallableMacro* macro = nullptr;
  if (has_macro) {
    macro = find_macro(session, session.line.arguments.front());
    if (macro == nullptr)
      return unknown_macro(session, session.line.arguments.front());
  }
  auto connection = session.adapter->connect("macro");
  // Statements stand for themselves until the macro begins a transaction.
  (void)connection->commit();
  run::RunOutcome outcome;
  manifest::RunResult result;
  result.thread_id = "MainThread";
  result.unique_id = macro != nullptr
                         ? session.parsed->manifest.macros[macro->id.index()].unique_id
                         : fmt::format("sql_operation.{}.inline_query", session.project.name);
  int64_t started = session.env.clock.now_us();
  diag::Status status = macro != nullptr ? run_macro(session, *connection, *macro)
                                         : run_sql(session, *connection, python_str(*sql));
  int64_t ended = session.env.clock.now_us();
  result.timing = {{"compile", started, started}, {"execute", started, ended}};
  result.execution_time = static_cast<double>(ended - started) / 1e6;
  outcome.elapsed = result.execution_time;
  result.status = status ? "success" : "error";
  result.failures = status ? 0 : 1;
  if (!status) {
    result.message = status.error().message;
    (void)connection->rollback();
    session.console.operation_failed(status.error());
  }
  outcome.results.push_back(std::move(result));
  session.write_run_results(outcome);
  return status ? kSuccess : kNodeFailed;
}

}  // namespace weft::cli
