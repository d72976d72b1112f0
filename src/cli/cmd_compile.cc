// compile and show.
#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "cli/commands.h"
#include "context/table_object.h"
#include "context/table_print.h"

namespace weft::cli {
namespace {

using manifest::Node;
using manifest::NodeId;
using manifest::ResourceType;

std::vector<ResourceType> compiled_kinds() {
  return {ResourceType::Model,    ResourceType::Snapshot, ResourceType::Test,
          ResourceType::Analysis, ResourceType::Function, ResourceType::Seed};
}

void output(Session& session, const char* event, const char* code, std::string text) {
  base::DataMap data;
  data.set("msg", base::Data(text));
  session.log.write({event, code, Level::Info, std::move(text), std::move(data), true});
}

/// --inline: text as a node of its own, which may ref() anything.
diag::Result<compile::Query> compile_inline(Session& session, context::Worker& worker,
                                            const std::string& text) {
  context::NodeScope scope;
  scope.package_name = session.project.name;
  scope.is_operation = true;
  diag::Result<jinja::Rendered> rendered = worker.render_text(text, "--inline", scope);
  if (!rendered)
    return rendered.error();
  std::vector<manifest::ExtraCte> rows;
  diag::Result<std::vector<compile::NamedCte>> ctes =
      session.compiler->ctes_of(worker, scope.ephemerals, rows);
  if (!ctes)
    return ctes.error();
  return compile::inject_ctes({std::move(rendered->text), std::move(rendered->spans)}, *ctes);
}

std::optional<std::string> inline_text(const Session& session) {
  const base::Data* value = session.line.values.find("inline");
  return value == nullptr ? std::nullopt : std::optional(python_str(*value));
}

/// The rows of a query as people or programs read them.
void show_table(Session& session, const std::string& name, bool is_inline,
                const adapter::Table& table) {
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
    if (!is_inline)
      made.set("node", base::Data(name));
    made.set("show", base::Data(std::move(rows)));
    output(session, "ShowNode", "Q041", base::to_json(base::Data(std::move(made))));
    return;
  }
  std::string title =
      is_inline ? "Previewing inline node:\n" : fmt::format("Previewing node '{}':\n", name);
  output(session, "ShowNode", "Q041",
         title + context::table_text(data, data.rows.size(), data.column_names.size(), 1000));
}

bool show_query(Session& session, adapter::Connection& connection, const std::string& name,
                bool is_inline, const compile::Query& query) {
  const base::Data* given = session.line.values.find("limit");
  int64_t limit = given == nullptr ? 5 : given->as_int();
  // The limit is inside, so that the server stops early; semicolons and comments at the end are
  // allowed.
  std::string sql(base::trim(query.sql));
  while (!sql.empty() && sql.back() == ';')
    sql = std::string(base::trim(std::string_view(sql).substr(0, sql.size() - 1)));
  if (limit >= 0)
    sql = fmt::format("select * from (\n{}\n) as model_limit_subq limit {}", sql, limit);
  adapter::QueryOptions options;
  options.fetch = true;
  diag::Result<adapter::QueryResult> result = connection.execute(sql, options);
  if (!result) {
    session.console.fatal(result.error());
    return false;
  }
  (void)connection.rollback();
  show_table(session, name, is_inline, result->table);
  return true;
}

}  // namespace

int cmd_compile(Session& session) {
  if (!session.load_project() || !session.load_profile() || !session.parse() || !session.connect())
    return kUnhandled;
  if (std::optional<std::string> text = inline_text(session)) {
    auto connection = session.adapter->connect("inline");
    context::Worker worker(*session.shared, connection.get());
    diag::Result<compile::Query> query = compile_inline(session, worker, *text);
    if (!query) {
      session.console.fatal(query.error());
      return kUnhandled;
    }
    output(session, "CompiledNode", "Q042", "Compiled inline node is:\n" + query->sql);
    return kSuccess;
  }
  std::optional<graph::NodeSet> selected = session.select(compiled_kinds());
  if (!selected)
    return kUnhandled;
  run::RunRequest request;
  request.mode = run::Mode::Compile;
  request.selected = *selected;
  request.threads = static_cast<size_t>(std::max(1, session.profile.threads));
  request.run_hooks = false;
  request.create_schemas = false;
  run::RunContext context{*session.parsed, *session.graph, *session.shared, *session.compiler,
                          session.console};
  diag::Result<run::RunOutcome> done = run::run_nodes(context, request);
  if (!done) {
    session.console.fatal(done.error());
    return kUnhandled;
  }
  for (NodeId id : selected->members()) {
    const Node& node = session.parsed->manifest.node(id);
    if (node.compiled && !session.flags.get_list("select").empty() && selected->count() < 20) {
      output(session, "CompiledNode", "Q042",
             fmt::format("Compiled node '{}' is:\n{}", node.name, node.compiled_code));
    }
  }
  session.write_run_results(*done);
  if (session.flags.get_bool("write_json"))
    session.write_artifact("manifest.json", manifest_json(session.parsed->manifest));
  if (!done->has_failures)
    return kSuccess;
  session.console.compile_failed(done->results);
  return kUnhandled;
}

int cmd_show(Session& session) {
  if (!session.load_project())
    return kUnhandled;
  std::optional<std::string> text = inline_text(session);
  if (!text && session.flags.get_list("select").empty() &&
      session.line.values.find("selector") == nullptr) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::Usage;
    diagnostic.message = "show needs --select or --inline";
    diagnostic.legacy_text = "Runtime Error\n  Either --select or --inline must be passed to show";
    session.console.fatal(diagnostic);
    return kUnhandled;
  }
  if (!session.load_profile() || !session.parse() || !session.connect())
    return kUnhandled;
  auto connection = session.adapter->connect("show");
  context::Worker worker(*session.shared, connection.get());
  if (text) {
    diag::Result<compile::Query> query = compile_inline(session, worker, *text);
    if (!query) {
      session.console.fatal(query.error());
      return kUnhandled;
    }
    return show_query(session, *connection, "inline", true, *query) ? kSuccess : kUnhandled;
  }
  std::optional<graph::NodeSet> selected = session.select(compiled_kinds());
  if (!selected)
    return kUnhandled;
  for (NodeId id : selected->members()) {
    const Node& node = session.parsed->manifest.node(id);
    if (node.type == ResourceType::Test)
      continue;
    compile::Query query;
    if (node.type == ResourceType::Seed) {
      query.sql = "select * from " + node.relation_name.value_or("");
    } else {
      context::NodeScope scope;
      diag::Result<compile::Query> compiled = session.compiler->compile(worker, id, scope);
      if (!compiled) {
        session.console.fatal(compiled.error());
        return kUnhandled;
      }
      query = std::move(*compiled);
    }
    if (!show_query(session, *connection, node.name, false, query))
      return kUnhandled;
  }
  return kSuccess;
}

}  // namespace weft::cli
