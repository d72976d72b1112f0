#include "adapter/postgres/catalog.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "adapter/postgres/build_names.h"
#include "adapter/postgres/dependents.h"
#include "adapter/postgres/errors.h"
#include "adapter/postgres/types.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

std::string literals(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts)
    out += (out.empty() ? "" : ", ") + quote_literal(text);
  return out.empty() ? "null" : out;
}

RelationType type_of(std::string_view kind) {
  if (kind == "v")
    return RelationType::View;
  if (kind == "m")
    return RelationType::MaterializedView;
  return kind == "F" ? RelationType::Function : RelationType::Table;
}

/// The kind that drop_words() takes.
char relation_kind(RelationType type) {
  return type == RelationType::View ? 'v' : type == RelationType::MaterializedView ? 'm' : 'r';
}

/// "pg_temp.x" style lookups go through to_regclass, so the session's own temporary relations win
/// when no schema is given.
std::string lookup_name(const Relation& relation) {
  std::string name;
  if (relation.schema && relation.include.schema)
    name = quote_identifier(*relation.schema) + ".";
  return name + quote_identifier(relation.identifier.value_or(""));
}

std::optional<int> to_int(const std::optional<std::string>& text) {
  std::optional<int64_t> number = base::parse_int(text.value_or(""));
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

/// The server guesses that a catalog has far more rows than are asked for, and would compile the
/// query, which takes ten times as long as to run it. The setting is gone with the query.
std::string without_jit(const PgConnection& connection, const std::string& query) {
  if (connection.server_version() < 110000)
    return query;
  if (!connection.in_transaction())
    return "set local jit to off; " + query;
  return fmt::format(
      "savepoint weft_jit; set local jit to off; {}; rollback to savepoint weft_jit; release "
      "savepoint weft_jit",
      query);
}

}  // namespace

diag::Result<std::vector<Relation>> list_relations(PgConnection& connection,
                                                   const std::vector<std::string>& schemas) {
  if (diag::Status open = connection.ensure_open(); !open)
    return open.error();
  std::string query = fmt::format(
      "select n.nspname, c.relname, c.relkind::text, case when c.relkind in ('r', 'v') "
      "and not c.relispartition and not c.relhastriggers and not c.relrowsecurity "
      "and not exists (select from pg_catalog.pg_depend d where d.refobjid = c.oid "
      "and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype = 'n' "
      // A view's own rule depends on it.
      "and not exists (select from pg_catalog.pg_rewrite r where r.oid = d.objid and r.ev_class = "
      "c.oid and d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass)) "
      "then c.oid::pg_catalog.int8 end from pg_catalog.pg_class c "
      "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
      "where n.nspname in ({0}) and c.relkind in ('r', 'p', 'f', 'v', 'm') "
      "union all select distinct n.nspname, p.proname, 'F', null::pg_catalog.int8 from "
      "pg_catalog.pg_proc p "
      "join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname in ({0}) "
      "order by 1, 2, 3 desc",
      literals(schemas));
  diag::Result<RawRows> rows = connection.raw_or_rollback(without_jit(connection, query));
  if (!rows)
    return rows.error();
  std::vector<Relation> relations;
  relations.reserve(rows->size());
  for (RawRow& row : *rows) {
    Relation relation;
    relation.database = connection.shared().credentials.database;
    relation.schema = std::move(row[0]);
    relation.identifier = std::move(row[1]);
    relation.type = type_of(row[2].value_or(""));
    if (row[3]) {
      connection.shared().remember_plain(
          *relation.schema, *relation.identifier,
          static_cast<uint32_t>(base::parse_int(*row[3]).value_or(0)));
    }
    relations.push_back(std::move(relation));
  }
  return relations;
}

diag::Result<bool> schema_exists(PgConnection& connection, std::string_view schema) {
  diag::Result<RawRows> rows = connection.raw_or_rollback(fmt::format(
      "select 1 from pg_catalog.pg_namespace where nspname = {}", quote_literal(schema)));
  if (!rows)
    return rows.error();
  return !rows->empty();
}

/// `create schema if not exists` may still fail when two sessions run it at once, and needs the
/// right to create schemas even when there is nothing to do: so the missing ones are looked up
/// first.
diag::Status create_schemas(PgConnection& connection, const std::vector<std::string>& schemas) {
  diag::Result<RawRows> there = connection.raw_or_rollback(fmt::format(
      "select nspname from pg_catalog.pg_namespace where nspname in ({})", literals(schemas)));
  if (!there)
    return there.error();
  bool joins = connection.in_transaction();
  for (const std::string& schema : schemas) {
    bool exists = std::any_of(there->begin(), there->end(),
                              [&](const RawRow& row) { return row[0] == schema; });
    if (exists)
      continue;
    std::string sql = "create schema if not exists " + quote_identifier(schema);
    if (joins)
      sql = fmt::format("savepoint weft_schema; {}; release savepoint weft_schema", sql);
    diag::Result<RawRows> made = connection.raw(sql);
    if (made)
      continue;
    std::string state(sqlstate_of(made.error()));
    if (state != "23505" && state != "42P06") {
      diag::Status undone = connection.rollback();
      return undone ? made.error() : undone.error();
    }
    if (joins) {
      diag::Result<RawRows> undone =
          connection.raw_or_rollback("rollback to savepoint weft_schema");
      if (!undone)
        return undone.error();
    }
  }
  return diag::Done{};
}

namespace {

// The modifiers are decoded as information_schema does; domains and user types keep their names.
// The relation is asked for apart: a plan that knows it would be taken for a better one, and made
// anew for each relation.
constexpr std::string_view kColumns = R"(
select a.attname,
  case when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, null)
    when t.typelem <> 0 and t.typlen = -1 and t.typcategory = 'A' then 'ARRAY'
    when n.nspname = 'pg_catalog' then pg_catalog.format_type(a.atttypid, null)
    else 'USER-DEFINED' end,
  information_schema._pg_char_max_length(information_schema._pg_truetypid(a, t),
    information_schema._pg_truetypmod(a, t)),
  information_schema._pg_numeric_precision(information_schema._pg_truetypid(a, t),
    information_schema._pg_truetypmod(a, t)),
  information_schema._pg_numeric_scale(information_schema._pg_truetypid(a, t),
    information_schema._pg_truetypmod(a, t))
from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
where a.attrelid = (select pg_catalog.to_regclass($1)) and a.attnum > 0 and not a.attisdropped
order by a.attnum)";

/// Planning the query takes longer than running it, so the session keeps it where it can.
diag::Result<std::string> columns_sql(PgConnection& connection, const std::string& name) {
  if (diag::Status open = connection.ensure_open(); !open)
    return open.error();
  diag::Result<bool> kept =
      connection.keep_statement("weft_columns(text)", "", std::string(kColumns));
  if (!kept) {
    diag::Status undone = connection.rollback();
    return undone ? kept.error() : undone.error();
  }
  return *kept ? fmt::format("execute weft_columns({})", quote_literal(name))
               : base::replace_all(kColumns, "$1", quote_literal(name));
}

}  // namespace

diag::Result<std::vector<Column>> columns_in_relation(PgConnection& connection,
                                                      const Relation& relation) {
  diag::Result<std::string> sql = columns_sql(connection, lookup_name(relation));
  if (!sql)
    return sql.error();
  diag::Result<RawRows> rows = connection.raw_or_rollback(*sql);
  if (!rows)
    return rows.error();
  std::vector<Column> columns;
  columns.reserve(rows->size());
  for (const RawRow& row : *rows) {
    Column column;
    column.name = row[0].value_or("");
    column.dtype = row[1].value_or("");
    column.char_size = to_int(row[2]);
    column.numeric_precision = to_int(row[3]);
    column.numeric_scale = to_int(row[4]);
    columns.push_back(std::move(column));
  }
  return columns;
}

diag::Result<std::vector<Column>> columns_of_query(PgConnection& connection, std::string_view sql) {
  diag::Result<std::vector<std::pair<std::string, uint32_t>>> described = connection.describe(sql);
  if (!described)
    return described.error();
  std::vector<Column> columns;
  for (auto& [name, oid] : *described) {
    Column column;
    column.name = std::move(name);
    column.dtype = type_name(oid);
    columns.push_back(std::move(column));
  }
  return columns;
}

namespace {

/// Relations whose names are those of builds; what is known of a schema need not be asked for.
std::vector<Relation> build_relations(PgConnection& connection,
                                      const std::vector<std::string>& schemas) {
  RelationCache& cache = connection.shared().cache;
  std::vector<Relation> made;
  for (const std::string& schema : schemas) {
    std::vector<Relation> there;
    if (cache.knows_schema(schema)) {
      there = cache.in_schema(schema);
    } else if (diag::Result<std::vector<Relation>> listed = list_relations(connection, {schema})) {
      there = std::move(*listed);
    }
    for (Relation& relation : there) {
      if (relation.type != RelationType::Function &&
          run_of_build_name(relation.identifier.value_or("")))
        made.push_back(std::move(relation));
    }
  }
  return made;
}

}  // namespace

void remove_leftovers(PgConnection& connection, const std::vector<std::string>& schemas) {
  if (connection.shared().is_pooled || connection.in_transaction())
    return;
  for (const Relation& relation : build_relations(connection, schemas)) {
    std::optional<uint32_t> run = run_of_build_name(*relation.identifier);
    if (*run == kPooledRun || *run == connection.shared().run)
      continue;
    // The lock is free when no session of that run lives. Without CASCADE, and without waiting.
    std::string sql = fmt::format(
        "begin; set local lock_timeout to 100; "
        "select 1 / pg_catalog.pg_try_advisory_xact_lock({}, {})::int; {} if exists {}.{}; commit",
        kRunLockClass, *run, drop_words(relation_kind(relation.type)),
        quote_identifier(relation.schema.value_or("")), quote_identifier(*relation.identifier));
    diag::Result<RawRows> dropped = connection.raw_or_rollback(sql);
    if (!dropped && dropped.error().code == diag::Code::ConnectionLost)
      return;
  }
}

}  // namespace weft::adapter::postgres
