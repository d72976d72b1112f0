#include "run/query_comment.h"

#include "base/json.h"
#include "manifest/artifacts.h"

namespace weft::run {
namespace {

std::string default_comment(const context::Shared& shared, const manifest::Node* node,
                            const std::string& connection_name) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object();
  json.member("app", "dbt");
  json.member("dbt_version", config::kDbtVersion);
  json.member("profile_name", std::string_view(shared.profile.name));
  json.member("target_name", std::string_view(shared.profile.target_name));
  if (node != nullptr)
    json.member("node_id", std::string_view(node->unique_id));
  else
    json.member("connection_name", std::string_view(connection_name));
  json.end_object();
  return text;
}

}  // namespace

diag::Status set_query_comment(context::Worker& worker, const manifest::Node* node,
                               const std::string& connection_name) {
  adapter::Connection* connection = worker.connection_or_null();
  if (connection == nullptr)
    return diag::Done{};
  const config::QueryComment& config = worker.shared().root.query_comment;
  connection->query_comment.clear();
  connection->comment_after = config.append;
  std::string text;
  if (!config.is_custom) {
    text = default_comment(worker.shared(), node, connection_name);
  } else if (config.comment && !config.comment->empty()) {
    context::NodeScope scope;
    scope.package_name = worker.shared().root.name;
    scope.node = node;
    scope.is_operation = true;
    scope.extras.emplace_back("connection_name", jinja::Value::string(connection_name));
    scope.extras.emplace_back("node", jinja::Value::none());
    if (node != nullptr) {
      manifest::NodeId id = worker.shared().manifest.find(node->unique_id);
      if (id.valid()) {
        scope.extras.back().second =
            jinja::Value::from_data(manifest::node_data(worker.shared().manifest, id));
      }
    }
    // The body of a macro, so that return() may end it.
    std::string text_of_macro = "{% macro query_comment_macro(connection_name, node) -%}\n" +
                                *config.comment +
                                "\n{%- endmacro %}{{ query_comment_macro(connection_name, node) }}";
    diag::Result<jinja::Rendered> rendered =
        worker.render_text(text_of_macro, "query-comment", scope);
    if (!rendered)
      return rendered.error();
    text = rendered->text;
  }
  if (text.empty() || text == "None")
    return diag::Done{};
  if (text.find("*/") != std::string::npos) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::ConfigInvalid;
    diagnostic.message = "the query comment contains `*/`, which would end it";
    diagnostic.hint = "change `query-comment` in dbt_project.yml";
    diagnostic.legacy_text =
        "Runtime Error\n  query comment contains illegal value \"*/\": " + text;
    return diagnostic;
  }
  connection->query_comment = "/* " + text + " */";
  return diag::Done{};
}

}  // namespace weft::run
