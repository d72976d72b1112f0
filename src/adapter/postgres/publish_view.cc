// Views: replaced in place where PostgreSQL allows that, published as any other relation where not.
//
// The view is made under its build name first, so that the server itself tells its columns and its
// definition. A view that is the same as before is left alone: no lock is taken and no plan is
// thrown away. Otherwise `create or replace view` takes the definition over when the old columns
// are kept.
#include <utility>

#include <fmt/format.h>

#include "adapter/postgres/dependents.h"
#include "adapter/postgres/errors.h"
#include "adapter/postgres/publish.h"
#include "adapter/postgres/publish_locks.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

/// How the new view compares with what has the target's name.
struct Comparison {
  /// pg_class.relkind, 0 when nothing is there.
  char target_kind = 0;
  bool keeps_columns = false;
  bool is_same = false;
  std::string replace_sql;
};

diag::Result<Comparison> compare(PgConnection& connection, const Names& names) {
  std::string schema = quote_literal(names.schema);
  std::string sql = fmt::format(
      "savepoint weft_facts; set local search_path to pg_catalog, pg_temp;\n"
      "with rel as (select c.oid, c.relname, c.relkind, c.reloptions,"
      "  case when c.relkind = 'v' then pg_catalog.pg_get_viewdef(c.oid) end as definition"
      "  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
      "  where n.nspname = {0} and c.relname in ({1}, {2}) and c.relkind not in ('i', 'I', 'c', "
      "'t')),"
      " old as (select * from rel where relname = {1}), made as (select * from rel where relname = "
      "{2})\n"
      "select old.relkind, not exists ("
      "    select from pg_catalog.pg_attribute a"
      "    left join pg_catalog.pg_attribute b on b.attrelid = made.oid and b.attnum = a.attnum"
      "    where a.attrelid = old.oid and a.attnum > 0 and not (a.attname = b.attname"
      "      and a.atttypid = b.atttypid and a.atttypmod = b.atttypmod"
      "      and a.attcollation = b.attcollation) is true),"
      "  old.definition = made.definition and old.reloptions is not distinct from made.reloptions,"
      "  pg_catalog.format('create or replace view %I.%I%s as %s', {0}::text, {1}::text,"
      "    ' with (' || pg_catalog.array_to_string(made.reloptions, ', ') || ')',"
      "    pg_catalog.rtrim(made.definition, ';'))\n"
      "from made left join old on true;\n"
      "rollback to savepoint weft_facts; release savepoint weft_facts",
      schema, quote_literal(names.target), quote_literal(names.build));
  diag::Result<RawRows> rows = connection.raw(sql);
  if (!rows)
    return rows.error();
  if (rows->empty()) {
    return plain_error(diag::Code::DatabaseFailed,
                       fmt::format("no view `{}.{}` was made, which was to become `{}`",
                                   names.schema, names.build, names.target));
  }
  const RawRow& row = rows->front();
  Comparison comparison;
  comparison.target_kind = row[0] ? row[0]->at(0) : '\0';
  comparison.keeps_columns = row[1] == "t";
  comparison.is_same = row[2] == "t";
  comparison.replace_sql = row[3].value_or("");
  return comparison;
}

std::string path_of(const std::string& schema, const std::string& name) {
  return quote_identifier(schema) + "." + quote_identifier(name);
}

/// In the open transaction, waiting for the lock in slices.
diag::Status replace_in_place(PgConnection& connection, const Names& names,
                              const std::string& replace_sql) {
  LockWait wait(connection.shared().credentials, connection.shared().env);
  std::string sql = "savepoint weft_publish; " + enter_settings_sql(kLockSliceMs) + replace_sql +
                    ";\n" + leave_settings_sql() + "release savepoint weft_publish; drop view " +
                    path_of(names.schema, names.build);
  while (true) {
    diag::Result<RawRows> done = connection.raw(sql);
    if (done)
      return diag::Done{};
    std::string state(sqlstate_of(done.error()));
    bool is_lock = state == "55P03" || state == "40P01" || state == "XX000";
    if (!is_lock)
      return done.error();
    diag::Result<RawRows> undone =
        connection.raw("rollback to savepoint weft_publish; release savepoint weft_publish");
    if (!undone)
      return undone.error();
    if (wait.rest())
      continue;
    diag::Result<RawRows> rows =
        connection.raw(fmt::format("select {}::pg_catalog.regclass::pg_catalog.oid",
                                   quote_literal(path_of(names.schema, names.target))));
    std::vector<uint32_t> oids;
    if (rows && !rows->empty())
      oids.push_back(
          static_cast<uint32_t>(base::parse_int(rows->front().front().value_or("0")).value_or(0)));
    return blocked_error(connection, names.schema, names.target, oids);
  }
}

/// The made view takes the target's name, in the open transaction.
diag::Status take_place(PgConnection& connection, const Relation& target, const Relation& build,
                        const PublishContext& context) {
  Names names{target.schema.value_or(""), target.identifier.value_or(""),
              build.identifier.value_or("")};
  diag::Result<Comparison> comparison = compare(connection, names);
  if (!comparison)
    return comparison.error();
  if (comparison->target_kind != 'v' || !comparison->keeps_columns)
    return publish(connection, build, target, context);
  if (comparison->is_same) {
    diag::Result<RawRows> done = connection.raw("drop view " + path_of(names.schema, names.build));
    if (!done)
      return done.error();
  } else {
    diag::Status done = replace_in_place(connection, names, comparison->replace_sql);
    if (!done)
      return done;
  }
  RelationCache& cache = connection.shared().cache;
  cache.remove(build);
  cache.add(target);
  return diag::Done{};
}

}  // namespace

diag::Result<Response> publish_view(PgConnection& connection, const Relation& target,
                                    std::string_view create_sql_of_build, const Relation& build,
                                    const PublishContext& context) {
  Relation view = target;
  view.type = RelationType::View;
  bool joins = connection.in_transaction();
  if (!joins) {
    diag::Status begun = connection.begin();
    if (!begun)
      return begun.error();
  }
  diag::Result<QueryResult> made = connection.execute(create_sql_of_build, {});
  if (!made)
    return made.error();
  Response response = made->response;
  diag::Status placed = diag::Done{};
  if (build.identifier == target.identifier && build.schema == target.schema)
    connection.shared().cache.add(view);
  else
    placed = take_place(connection, view, build, context);
  if (!placed) {
    diag::Status undone = connection.rollback();
    return undone ? placed.error() : undone.error();
  }
  if (!joins) {
    diag::Status committed = connection.commit();
    if (!committed)
      return committed.error();
  }
  return response;
}

}  // namespace weft::adapter::postgres
