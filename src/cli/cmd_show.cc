// show: runs a model's query, or one of the command line, and shows its first rows.
#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "cli/commands.h"
#include "cli/inline_query.h"
#include "context/error_place.h"
#include "context/table_object.h"
#include "context/table_print.h"

namespace weft::cli {
namespace {

using manifest::Node;
using manifest::NodeId;
using manifest::ResourceType;

struct Preview {
  std::string name;
  bool is_inline = false;
  std::string unique_id;
};

/// The rows of a query as people or programs read them.
void show_table(Session& session, const Preview& preview, const adapter::Table& table) {
  jinja::Value value = context::table_value(table);
  const context::TableData& data = value.as<context::TableObject>()->data();
  if (session.flags.get_string("output") == "json") {
    base::DataList rows;
    for (const auto& row : data.rows) {
      base::DataMap map;
      for (size_t i = 0; i < row.size(); ++i)
        map.set(data.column_names[i], row[i].to_data());
      rows.emplace_back(std::move(map));
    }
    base::DataMap made;
    if (!preview.is_inline)
      made.set("node", base::Data(preview.name));
    made.set("show", base::Data(std::move(rows)));
    answer(session, "ShowNode", "Q041", base::to_json(base::Data(std::move(made))));
    return;
  }
  std::string title = preview.is_inline ? "Previewing inline node:\n"
                                        : fmt::format("Previewing node '{}':\n", preview.name);
  if (session.flags.get_bool("quiet"))
    title.clear();
  answer(session, "ShowNode", "Q041",
         title + context::table_text(data, data.rows.size(), data.column_names.size(), 1000));
}

int64_t limit_of(const Session& session) {
  const base::Data* given = session.line.values.find("limit");
  return given == nullptr ? session.flags.get_int("limit") : given->as_int();
}

/// The query with header and limit, as the macro get_show_sql makes it, which projects may replace.
diag::Result<std::string> show_sql(Session& session, context::Worker& worker,
                                   context::NodeScope& scope, const std::string& sql) {
  const context::CallableMacro* macro =
      session.parsed->macros->find(session.project.name, "get_show_sql");
  const base::Data* header = scope.config == nullptr ? nullptr : scope.config->find("sql_header");
  int64_t limit = limit_of(session);
  std::vector<jinja::NamedValue> arguments;
  arguments.push_back({"compiled_code", jinja::Value::string(sql)});
  arguments.push_back(
      {"sql_header", header == nullptr ? jinja::Value::none() : jinja::Value::from_data(*header)});
  arguments.push_back({"limit", limit < 0 ? jinja::Value::none() : jinja::Value::integer(limit)});
  diag::Result<jinja::Value> made = worker.call_macro(*macro, {}, arguments, scope);
  if (!made)
    return made.error();
  return made->str();
}

/// Runs the query, shows its rows and puts the statement into the result.
diag::Status show_query(Session& session, context::Worker& worker, context::NodeScope& scope,
                        const Preview& preview, const std::string& query,
                        manifest::RunResult& result) {
  // Behind a semicolon there can be no limit.
  std::string_view trimmed = base::trim(query);
  while (!trimmed.empty() && trimmed.back() == ';')
    trimmed = base::trim(trimmed.substr(0, trimmed.size() - 1));
  diag::Result<std::string> sql = show_sql(session, worker, scope, std::string(trimmed));
  if (!sql)
    return sql.error();
  adapter::QueryOptions options;
  options.fetch = true;
  int64_t started = session.env.clock.now_us();
  diag::Result<adapter::QueryResult> rows = worker.connection().execute(*sql, options);
  if (!rows) {
    diag::Diagnostic error = rows.error();
    context::place_database_error(error, scope, session.sources, *sql);
    return error;
  }
  (void)worker.connection().rollback();
  int64_t ended = session.env.clock.now_us();
  result.compiled_code = *sql;
  result.timing = {{"compile", started, started}, {"execute", started, ended}};
  result.execution_time = static_cast<double>(ended - started) / 1e6;
  result.adapter_response.set("_message", base::Data(rows->response.message));
  result.adapter_response.set("code", base::Data(rows->response.code));
  result.adapter_response.set("rows_affected", base::Data(rows->response.rows_affected));
  show_table(session, preview, rows->table);
  return diag::Done{};
}

diag::Result<manifest::RunResult> show_inline(Session& session, context::Worker& worker,
                                              const std::string& text) {
  context::NodeScope scope;
  diag::Result<compile::Query> query = compile_inline(session, worker, text, scope);
  if (!query)
    return query.error();
  manifest::RunResult result = inline_result(session, query->sql);
  diag::Status shown = show_query(session, worker, scope, {"inline_query", true, result.unique_id},
                                  query->sql, result);
  if (!shown)
    return shown.error();
  return result;
}

diag::Result<manifest::RunResult> show_node(Session& session, context::Worker& worker, NodeId id) {
  const Node& node = session.parsed->manifest.node(id);
  context::NodeScope scope;
  compile::Query query{"select * from " + node.relation_name.value_or(""), {}};
  if (node.type == ResourceType::Seed) {
    session.compiler->prepare_scope(id, scope);
  } else {
    diag::Result<compile::Query> compiled = session.compiler->compile(worker, id, scope);
    if (!compiled)
      return compiled.error();
    query = std::move(*compiled);
    scope.compiled_spans = &query.spans;
  }
  manifest::RunResult result;
  result.unique_id = node.unique_id;
  result.status = "success";
  result.thread_id = "Thread-1 (worker)";
  result.compiled = node.compiled;
  result.relation_name = node.relation_name;
  std::string name = node.name;
  if (node.model != nullptr && !node.model->version.is_null())
    name += ".v" + python_str(node.model->version);
  diag::Status shown =
      show_query(session, worker, scope, {name, false, node.unique_id}, query.sql, result);
  if (!shown)
    return shown.error();
  return result;
}

/// --inline-direct: a statement that is no template; the project's files are not read.
int show_direct(Session& session, const std::string& sql) {
  auto made = session.make_adapter();
  if (!made)
    return session.fail(made.error());
  auto connection = (*made)->connect("show");
  adapter::QueryOptions query;
  query.fetch = true;
  query.limit = limit_of(session);
  diag::Result<adapter::QueryResult> rows = connection->execute(sql, query);
  if (!rows)
    return session.fail(rows.error());
  show_table(session, {"direct-query", true, "direct-query"}, rows->table);
  return kSuccess;
}

diag::Diagnostic nothing_asked() {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::Usage;
  diagnostic.message = "show needs --select or --inline";
  diagnostic.legacy_text = "Runtime Error\n  Either --select or --inline must be passed to show";
  return diagnostic;
}

diag::Result<run::RunOutcome> show_selected(Session& session, context::Worker& worker,
                                            const graph::NodeSet& selected) {
  run::RunOutcome outcome;
  for (NodeId id : selected.members()) {
    if (session.parsed->manifest.node(id).type == ResourceType::Test ||
        !is_asked_for(session, selected, id))
      continue;
    diag::Result<manifest::RunResult> shown = show_node(session, worker, id);
    if (!shown)
      return shown.error();
    outcome.results.push_back(std::move(*shown));
  }
  return outcome;
}

}  // namespace

int cmd_show(Session& session) {
  if (!session.load_project())
    return kUnhandled;
  std::optional<std::string> text = inline_text(session);
  const base::Data* direct = session.line.values.find("inline_direct");
  if (!text && direct == nullptr && session.flags.get_list("select").empty() &&
      session.line.values.find("selector") == nullptr)
    return session.fail(nothing_asked());
  if (!session.load_profile())
    return kUnhandled;
  if (direct != nullptr)
    return show_direct(session, python_str(*direct));
  if (!session.parse() || !session.connect())
    return kUnhandled;
  auto connection = session.adapter->connect("show");
  context::Worker worker(*session.shared, connection.get());
  run::RunOutcome outcome;
  if (text) {
    if (!session.defer(graph::NodeSet(session.parsed->manifest.nodes.size())))
      return kUnhandled;
    session.console.say_concurrency(1, session.threads());
    diag::Result<manifest::RunResult> shown = show_inline(session, worker, *text);
    if (!shown)
      return session.fail(shown.error());
    outcome.results.push_back(std::move(*shown));
  } else {
    std::optional<graph::NodeSet> selected =
        session.select({ResourceType::Model, ResourceType::Snapshot, ResourceType::Test,
                        ResourceType::Analysis, ResourceType::Function, ResourceType::Seed});
    if (!selected)
      return kUnhandled;
    session.console.say_concurrency(selected->members().size(), session.threads());
    diag::Result<run::RunOutcome> shown = show_selected(session, worker, *selected);
    if (!shown)
      return session.fail(shown.error());
    outcome = std::move(*shown);
  }
  return session.write_run_results(outcome) ? kSuccess : kUnhandled;
}

}  // namespace weft::cli
