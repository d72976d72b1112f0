#include "cli/catalog_macro.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/overrides.h"
#include "context/relation_object.h"
#include "context/relations.h"
#include "context/table_object.h"
#include "context/worker.h"
#include "docs/catalog.h"

namespace weft::cli {
namespace {

using jinja::Value;
using manifest::Node;
using manifest::ResourceType;

constexpr std::string_view kMacro = "get_catalog_relations";

bool is_in_catalog(const manifest::Manifest& manifest, manifest::NodeId id) {
  const Node& node = manifest.node(id);
  return !manifest.is_disabled(id) && node.relation_name && node.type != ResourceType::Function;
}

Value relations_of(const Session& session) {
  const manifest::Manifest& manifest = session.parsed->manifest;
  std::vector<Value> relations;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    manifest::NodeId id(i);
    if (is_in_catalog(manifest, id))
      relations.push_back(context::relation_value(
          context::relation_of(manifest, manifest.node(id), session.project.quoting)));
  }
  return Value::list(std::move(relations));
}

/// What templates see of the database's INFORMATION_SCHEMA.
Value information_schema(const Session& session) {
  adapter::Relation relation;
  relation.database = session.profile.credentials.database;
  relation.schema = "INFORMATION_SCHEMA";
  return context::relation_value(std::move(relation));
}

/// Reads one column of the macro's table by its name.
class Column {
 public:
  Column(const context::TableData& table, std::string_view name) {
    auto found = std::find_if(
        table.column_names.begin(), table.column_names.end(),
        [&](const std::string& known) { return base::equal_ignoring_case(known, name); });
    if (found != table.column_names.end())
      index_ = static_cast<size_t>(found - table.column_names.begin());
  }
  std::optional<std::string> text(const std::vector<Value>& row) const {
    if (!index_ || row[*index_].is_none())
      return std::nullopt;
    return row[*index_].str();
  }

 private:
  std::optional<size_t> index_;
};

std::vector<docs::CatalogRow> rows_of(const context::TableData& table) {
  Column schema(table, "table_schema"), name(table, "table_name"), type(table, "table_type"),
      comment(table, "table_comment"), owner(table, "table_owner"), column(table, "column_name"),
      index(table, "column_index"), column_type(table, "column_type"),
      column_comment(table, "column_comment"), database(table, "table_database");
  std::vector<docs::CatalogRow> rows;
  for (const std::vector<Value>& cells : table.rows) {
    docs::CatalogRow row;
    row.schema = schema.text(cells).value_or("");
    row.table = name.text(cells).value_or("");
    row.type = type.text(cells).value_or("");
    row.table_comment = comment.text(cells);
    row.owner = owner.text(cells);
    row.column = column.text(cells).value_or("");
    row.column_index =
        static_cast<int>(base::parse_int(index.text(cells).value_or("0")).value_or(0));
    row.column_type = column_type.text(cells).value_or("");
    row.column_comment = column_comment.text(cells);
    row.database = database.text(cells).value_or("");
    rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.schema, a.table) < std::tie(b.schema, b.table);
  });
  return rows;
}

}  // namespace

bool has_catalog_macro(const Session& session) {
  return context::overriding_macro(*session.parsed->macros, session.parsed->manifest, kMacro) !=
         nullptr;
}

diag::Result<manifest::Catalog> read_catalog_by_macro(Session& session,
                                                      adapter::Connection& connection) {
  const context::CallableMacro* macro = session.parsed->macros->find(session.project.name, kMacro);
  context::Worker worker(*session.shared, &connection);
  context::NodeScope scope;
  scope.package_name = session.project.name;
  scope.is_operation = true;
  const Value arguments[] = {information_schema(session), relations_of(session)};
  diag::Result<Value> answer = worker.call_macro(*macro, arguments, {}, scope);
  if (!answer)
    return answer.error();
  auto* table = answer->as<context::TableObject>();
  if (table == nullptr) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::JinjaRuntime;
    diagnostic.message = fmt::format("the macro `{}` returns no table", kMacro);
    diagnostic.hint = "end it with return(load_result('...').table)";
    return diagnostic;
  }
  return docs::make_catalog(session.parsed->manifest, rows_of(table->data()));
}

}  // namespace weft::cli
