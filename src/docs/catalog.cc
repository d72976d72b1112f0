#include "docs/catalog.h"

#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "adapter/relation.h"
#include "base/strings.h"

namespace weft::docs {
namespace {

using manifest::CatalogTable;
using manifest::Manifest;
using manifest::Node;
using manifest::NodeId;

/// One row a column, in order of the table's columns. Types as format_type writes them.
constexpr std::string_view kQuery = R"sql(
select n.nspname::text, c.relname::text,
  case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'BASE TABLE' end,
  pg_catalog.obj_description(c.oid, 'pg_class'), pg_catalog.pg_get_userbyid(c.relowner)::text,
  a.attname::text, a.attnum::int, pg_catalog.format_type(a.atttypid, a.atttypmod),
  pg_catalog.col_description(c.oid, a.attnum), pg_catalog.current_database()::text
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'v', 'm', 'f', 'p') and n.nspname in ({})
order by 1, 2, a.attnum
)sql";

std::string key_of(std::string_view schema, std::string_view name) {
  return base::to_lower(schema) + "\n" + base::to_lower(name);
}

struct Wanted {
  std::unordered_map<std::string, std::vector<NodeId>> by_name;
  std::set<std::string> schemas;
};

Wanted find_wanted(const Manifest& manifest) {
  Wanted wanted;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    NodeId id(i);
    const Node& node = manifest.nodes[i];
    if (manifest.is_disabled(id) || !node.relation_name)
      continue;
    // A test has a relation where it stores its failures.
    if (node.type == manifest::ResourceType::Function)
      continue;
    const std::string& name = node.source != nullptr ? node.source->identifier : node.alias;
    wanted.by_name[key_of(node.schema, name)].push_back(id);
    wanted.schemas.insert(node.schema);
  }
  return wanted;
}

std::optional<std::string> text(const adapter::Cell& cell) {
  if (cell.kind == adapter::Cell::Kind::Null)
    return std::nullopt;
  return cell.kind == adapter::Cell::Kind::Integer ? std::to_string(cell.integer) : cell.text;
}

CatalogTable start_table(const Manifest& manifest, NodeId id, const CatalogRow& row) {
  CatalogTable table;
  const Node& node = manifest.node(id);
  table.unique_id = node.unique_id;
  table.is_source = node.source != nullptr;
  table.schema = row.schema;
  table.name = row.table;
  table.type = row.type;
  table.comment = row.table_comment;
  table.owner = row.owner;
  table.database = row.database;
  manifest::CatalogStat stat;
  stat.id = "has_stats";
  stat.label = "Has Stats?";
  stat.value = base::Data(false);
  stat.include = false;
  stat.description = "Indicates whether there are statistics for this table";
  table.stats.push_back(std::move(stat));
  return table;
}

CatalogRow row_of(const std::vector<adapter::Cell>& cells) {
  CatalogRow row;
  row.schema = text(cells[0]).value_or("");
  row.table = text(cells[1]).value_or("");
  row.type = text(cells[2]).value_or("");
  row.table_comment = text(cells[3]);
  row.owner = text(cells[4]);
  row.column = text(cells[5]).value_or("");
  row.column_index = static_cast<int>(base::parse_int(text(cells[6]).value_or("0")).value_or(0));
  row.column_type = text(cells[7]).value_or("");
  row.column_comment = text(cells[8]);
  row.database = text(cells[9]).value_or("");
  return row;
}

}  // namespace

manifest::Catalog make_catalog(const Manifest& manifest, const std::vector<CatalogRow>& rows) {
  manifest::Catalog catalog;
  catalog.metadata = manifest.metadata;
  Wanted wanted = find_wanted(manifest);
  std::string current;
  size_t first_of_current = 0;
  for (const CatalogRow& row : rows) {
    std::string key = key_of(row.schema, row.table);
    auto found = wanted.by_name.find(key);
    if (found == wanted.by_name.end())
      continue;
    if (key != current) {
      current = key;
      first_of_current = catalog.tables.size();
      for (NodeId id : found->second)
        catalog.tables.push_back(start_table(manifest, id, row));
    }
    manifest::CatalogColumn column;
    column.name = row.column;
    column.index = row.column_index;
    column.type = row.column_type;
    column.comment = row.column_comment;
    for (size_t i = first_of_current; i < catalog.tables.size(); ++i)
      catalog.tables[i].columns.push_back(column);
  }
  return catalog;
}

diag::Result<manifest::Catalog> read_catalog(adapter::Connection& connection,
                                             const Manifest& manifest) {
  std::string schemas;
  for (const std::string& schema : find_wanted(manifest).schemas)
    schemas += (schemas.empty() ? "" : ", ") + adapter::quote_literal(schema);
  std::vector<CatalogRow> rows;
  if (!schemas.empty()) {
    diag::Result<adapter::QueryResult> result =
        connection.query_catalog(fmt::format(fmt::runtime(kQuery), schemas));
    if (!result)
      return result.error();
    for (const std::vector<adapter::Cell>& cells : result->table.rows)
      rows.push_back(row_of(cells));
  }
  return make_catalog(manifest, rows);
}

}  // namespace weft::docs
