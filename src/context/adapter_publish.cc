// Methods of `adapter` that dbt does not have: weft's own way of replacing relations without a gap.
#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/adapter_object.h"
#include "context/relation_object.h"

namespace weft::context {
namespace {

using adapter::Relation;
using jinja::Arguments;
using jinja::Value;

Value build_relation(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "build_relation", arguments, {"relation", "type"});
  Relation target = relation_at(worker, reader, 0, "build_relation");
  adapter::RelationType type = adapter::parse_relation_type(reader.text_or(1, "table"));
  Relation build = adapter_of(worker).build_relation(target, type);
  worker.scope().builds.push_back({build, target});
  return relation_value(std::move(build));
}

/// What the configuration says nothing of stays as it is, as with models that are not replaced.
void keep_what_is_not_configured(Worker& worker, adapter::PublishContext& context) {
  const base::DataMap* config = worker.scope().config;
  const base::Data* grants = config == nullptr ? nullptr : config->find("grants");
  const base::Data* docs = config == nullptr ? nullptr : config->find("persist_docs");
  auto persists = [&](std::string_view what) {
    const base::Data* wanted = docs == nullptr ? nullptr : docs->get(what);
    return wanted != nullptr && wanted->truthy();
  };
  context.keeps_grants = grants == nullptr || !grants->truthy();
  context.keeps_comment = !persists("relation");
  context.keeps_column_comments = !persists("columns");
}

/// publish(build, target, commit=false): with `commit` the open transaction ends first.
Value publish(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "publish", arguments, {"build", "target", "commit"});
  adapter::PublishContext context = worker.shared().publish;
  keep_what_is_not_configured(worker, context);
  context.commits_build = reader.flag_or(2, false);
  diag::Status status =
      adapter_of(worker).publish(worker.connection(), relation_at(worker, reader, 0, "publish"),
                                 relation_at(worker, reader, 1, "publish"), context);
  if (!status)
    worker.interpreter().raise(status.error());
  return Value::string("");
}

/// The relation as the server has it now, whatever the cache says. None when there is none.
Value find_now(Worker& worker, const Relation& relation) {
  std::string sql = fmt::format(
      "select c.relkind::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = "
      "c.relnamespace where n.nspname = {} and c.relname = {} and c.relkind in ('r', 'p', 'f', "
      "'v', "
      "'m')",
      adapter::quote_literal(relation.schema.value_or("")),
      adapter::quote_literal(relation.identifier.value_or("")));
  diag::Result<adapter::QueryResult> found = worker.connection().query_catalog(sql);
  if (!found)
    worker.interpreter().raise(found.error());
  adapter::RelationCache& cache = adapter_of(worker).cache();
  if (found->table.rows.empty()) {
    cache.remove(relation);
    return Value::none();
  }
  const std::string& kind = found->table.rows[0][0].text;
  Relation made = relation;
  made.type = kind == "v"   ? adapter::RelationType::View
              : kind == "m" ? adapter::RelationType::MaterializedView
                            : adapter::RelationType::Table;
  cache.add(made);
  return relation_value(std::move(made));
}

Value lock_target(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "lock_target", arguments, {"relation"});
  Relation target = relation_at(worker, reader, 0, "lock_target");
  diag::Status status = adapter_of(worker).lock_target(worker.connection(), target);
  if (!status)
    worker.interpreter().raise(status.error());
  return find_now(worker, target);
}

/// target_of(relation): what a build relation of this node was made for.
Value target_of(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "target_of", arguments, {"relation"});
  Relation relation = relation_at(worker, reader, 0, "target_of");
  for (const BuildName& build : worker.scope().builds) {
    if (build.build.same_path(relation))
      return relation_value(build.target);
  }
  return relation_value(std::move(relation));
}

/// alter_relation(relation, sql): DDL in the open transaction.
Value alter_relation(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "alter_relation", arguments, {"relation", "sql"});
  std::string sql = reader.require(1).str();
  if (diag::Status begun = worker.connection().begin(); !begun)
    worker.interpreter().raise(begun.error());
  diag::Result<adapter::QueryResult> done = worker.connection().execute(sql, {});
  if (!done)
    raise_database_error(worker, done.error(), sql);
  return Value::string("");
}

/// Runs in the worker's transaction, which a failure ends; raises then.
adapter::QueryResult run_now(Worker& worker, const std::string& sql) {
  diag::Result<adapter::QueryResult> done = worker.connection().query_catalog(sql);
  if (!done)
    raise_database_error(worker, done.error(), sql);
  return std::move(*done);
}

/// is_same_query(relation, sql): whether the view or materialized view has the definition that the
/// query would give it. PostgreSQL itself tells, by a temporary view that is rolled back.
Value is_same_query(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "is_same_query", arguments, {"relation", "sql"});
  Relation relation = relation_at(worker, reader, 0, "is_same_query");
  std::string sql = reader.require(1).str();
  if (diag::Status begun = worker.connection().begin(); !begun)
    worker.interpreter().raise(begun.error());
  run_now(worker, "savepoint weft_query");
  diag::Result<adapter::QueryResult> made =
      worker.connection().execute("create temporary view weft_query as (\n" + sql + "\n)", {});
  if (!made)
    raise_database_error(worker, made.error(), sql);
  adapter::QueryResult compared = run_now(
      worker,
      fmt::format("set local search_path to pg_catalog, pg_temp; select pg_catalog.pg_get_viewdef("
                  "{}::pg_catalog.regclass) = pg_catalog.pg_get_viewdef("
                  "'pg_temp.weft_query'::pg_catalog.regclass)",
                  adapter::quote_literal(relation.render_name())));
  bool is_same = !compared.table.rows.empty() && compared.table.rows[0][0].boolean;
  run_now(worker, "rollback to savepoint weft_query; release savepoint weft_query");
  return Value::boolean(is_same);
}

/// Tries at dropping an index, each of which lets readers wait no longer than a slice.
constexpr int kDropTries = 40;
constexpr auto kDropRest = std::chrono::milliseconds(50);

/// drop_indexes(relation, names): outside of a transaction, waiting for locks in slices. Gives up
/// with false: an index too many harms nobody, and the next run tries again.
Value drop_indexes(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "drop_indexes", arguments, {"relation", "names"});
  Relation relation = relation_at(worker, reader, 0, "drop_indexes");
  std::string drops;
  for (const Value& name : worker.interpreter().list_of(reader.require(1))) {
    drops += fmt::format("drop index if exists {}.{}; ",
                         adapter::quote_identifier(relation.schema.value_or("")),
                         adapter::quote_identifier(name.str()));
  }
  if (drops.empty())
    return Value::boolean(true);
  for (int tried = 0; tried < kDropTries; ++tried) {
    diag::Result<adapter::QueryResult> done = worker.connection().query_catalog(
        "begin; set local lock_timeout to 100; " + drops + "commit");
    if (done)
      return Value::boolean(true);
    std::string state = done.error().database ? done.error().database->sqlstate : std::string();
    if (state != "55P03" && state != "40P01")
      raise_database_error(worker, done.error(), drops);
    std::this_thread::sleep_for(kDropRest);
  }
  return Value::boolean(false);
}

Value none() { return Value::none(); }

constexpr AdapterMethod kMethods[] = {
    {"build_relation", build_relation, none}, {"publish", publish, none},
    {"lock_target", lock_target, none},       {"target_of", target_of, none},
    {"alter_relation", alter_relation, none}, {"is_same_query", is_same_query, none},
    {"drop_indexes", drop_indexes, none},
};

}  // namespace

std::span<const AdapterMethod> publish_adapter_methods() { return kMethods; }

}  // namespace weft::context
