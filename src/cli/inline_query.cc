#include "cli/inline_query.h"

#include <algorithm>

#include <fmt/format.h>

namespace weft::cli {
namespace {

bool is_named(const Session& session, manifest::NodeId id) {
  std::vector<std::string> words = session.flags.get_list("select");
  const std::string& name = session.parsed->manifest.node(id).name;
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return word.find(name) != std::string::npos; });
}

}  // namespace

std::optional<std::string> inline_text(const Session& session) {
  const base::Data* value = session.line.values.find("inline");
  return value == nullptr ? std::nullopt : std::optional(python_str(*value));
}

diag::Result<compile::Query> compile_inline(Session& session, context::Worker& worker,
                                            const std::string& text, context::NodeScope& scope) {
  scope.package_name = session.project.name;
  scope.is_operation = true;
  diag::Result<jinja::Rendered> rendered = worker.render_text(text, "--inline", scope);
  if (!rendered) {
    diag::Diagnostic error = rendered.error();
    error.legacy_text = "Error parsing inline query\n" +
                        (error.legacy_text.empty() ? error.message : error.legacy_text);
    return error;
  }
  std::vector<manifest::ExtraCte> rows;
  diag::Result<std::vector<compile::NamedCte>> ctes =
      session.compiler->ctes_of(worker, scope.ephemerals, rows);
  if (!ctes)
    return ctes.error();
  return compile::inject_ctes({std::move(rendered->text), std::move(rendered->spans)}, *ctes);
}

manifest::RunResult inline_result(const Session& session, const std::string& sql) {
  manifest::RunResult result;
  result.unique_id = fmt::format("sql_operation.{}.inline_query", session.project.name);
  result.status = "success";
  result.thread_id = "Thread-1 (worker)";
  result.compiled = true;
  result.compiled_code = sql;
  return result;
}

void answer(Session& session, const char* event, const char* code, std::string text) {
  base::DataMap data;
  data.set("msg", base::Data(text));
  session.log.write({event, code, Level::Info, std::move(text), std::move(data), true});
}

bool is_asked_for(const Session& session, const graph::NodeSet& selected, manifest::NodeId id) {
  if (is_named(session, id))
    return true;
  std::vector<manifest::NodeId> all = selected.members();
  return std::none_of(all.begin(), all.end(),
                      [&](manifest::NodeId other) { return is_named(session, other); });
}

}  // namespace weft::cli
