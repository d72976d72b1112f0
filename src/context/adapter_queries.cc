// Methods of `adapter` that ask or change the database.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/adapter_object.h"
#include "context/column_object.h"
#include "context/overrides.h"
#include "context/relation_object.h"
#include "context/table_object.h"

namespace weft::context {
namespace {

using adapter::Column;
using adapter::Relation;
using jinja::Arguments;
using jinja::Value;

/// auto_begin: a transaction is open afterwards, unless the profile does without them.
void begin_if_wanted(Worker& worker, bool auto_begin) {
  if (!auto_begin || worker.shared().profile.credentials.autocommit)
    return;
  diag::Status begun = worker.connection().begin();
  if (!begun)
    worker.interpreter().raise(begun.error());
}

/// execute(sql, auto_begin, fetch, limit) -> (response, table).
Value execute(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "execute", arguments,
                        {"sql", "auto_begin", "fetch", "limit"});
  std::string sql = reader.require(0).str();
  adapter::QueryOptions options;
  options.fetch = reader.flag_or(2, false);
  if (const Value* limit = reader.find(3); limit != nullptr && limit->is_integer())
    options.limit = limit->as_int();
  // A relation that is made where it stays is committed as soon as it is there.
  const std::vector<BuildName>& builds = worker.scope().builds;
  options.commits_next = !options.fetch && !builds.empty() &&
                         builds.back().build.identifier == builds.back().target.identifier;
  begin_if_wanted(worker, reader.flag_or(1, false));
  diag::Result<adapter::QueryResult> result = worker.connection().execute(sql, options);
  if (!result)
    raise_database_error(worker, result.error(), sql);
  return Value::tuple({response_value(result->response),
                       options.fetch ? table_value(std::move(result->table)) : empty_table()});
}

/// add_query(sql, …): runs without giving rows.
Value add_query(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(
      worker.interpreter(), "add_query", arguments,
      {"sql", "auto_begin", "bindings", "abridge_sql_log", "retryable_exceptions", "retry_limit"});
  std::string sql = reader.require(0).str();
  if (const Value* bindings = reader.find(2); bindings != nullptr && !bindings->is_none()) {
    // psycopg2's %s: each placeholder is replaced by the literal of its value.
    std::string filled;
    size_t at = 0;
    for (const Value& binding : worker.interpreter().list_of(*bindings)) {
      size_t mark = sql.find("%s", at);
      if (mark == std::string::npos)
        worker.interpreter().raise("TypeError", "not all arguments converted");
      filled += sql.substr(at, mark - at);
      filled += binding.is_none()     ? std::string("NULL")
                : binding.is_number() ? binding.str()
                                      : adapter::quote_literal(binding.str());
      at = mark + 2;
    }
    sql = filled + sql.substr(at);
  }
  begin_if_wanted(worker, reader.flag_or(1, true));
  diag::Result<adapter::QueryResult> result = worker.connection().execute(sql, {});
  if (!result)
    raise_database_error(worker, result.error(), sql);
  return Value::tuple({Value::none(), Value::none()});
}

Value commit(Worker& worker, const Arguments&) {
  diag::Status status = worker.connection().commit();
  if (!status)
    worker.interpreter().raise(status.error());
  return Value::string("");
}

std::vector<Column> columns_of(Worker& worker, const Relation& relation) {
  diag::Result<std::vector<Column>> columns =
      adapter_of(worker).columns_in_relation(worker.connection(), relation);
  if (!columns)
    worker.interpreter().raise(columns.error());
  return *columns;
}

Value get_columns_in_relation(Worker& worker, const Arguments& arguments) {
  if (const CallableMacro* own = overriding_macro(worker.shared().macros, worker.shared().manifest,
                                                  "get_columns_in_relation"))
    return worker.interpreter().invoke(worker.macro_value(*own), arguments);
  ArgumentReader reader(worker.interpreter(), "get_columns_in_relation", arguments, {"relation"});
  return column_list(columns_of(worker, relation_at(worker, reader, 0, "get_columns_in_relation")));
}

Value get_missing_columns(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "get_missing_columns", arguments,
                        {"from_relation", "to_relation"});
  std::vector<Column> to =
      columns_of(worker, relation_at(worker, reader, 1, "get_missing_columns"));
  std::vector<Column> missing;
  for (Column& column : columns_of(worker, relation_at(worker, reader, 0, "get_missing_columns"))) {
    bool exists = std::any_of(to.begin(), to.end(),
                              [&](const Column& other) { return other.name == column.name; });
    if (!exists)
      missing.push_back(std::move(column));
  }
  return column_list(std::move(missing));
}

Value get_column_schema_from_query(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "get_column_schema_from_query", arguments, {"sql"});
  std::string sql = reader.require(0).str();
  diag::Result<std::vector<Column>> columns =
      adapter_of(worker).columns_of_query(worker.connection(), sql);
  if (!columns)
    raise_database_error(worker, columns.error(), sql);
  for (Column& column : *columns)
    column.dtype = adapter::translate_type(column.dtype);
  return column_list(std::move(*columns));
}

/// All relations of a schema, from the cache when it knows the schema.
std::vector<Relation> relations_in(Worker& worker, const std::string& schema) {
  adapter::Adapter& adapter = adapter_of(worker);
  if (adapter.cache().knows_schema(schema))
    return adapter.cache().in_schema(schema);
  diag::Result<std::vector<Relation>> listed = adapter.list_relations(worker.connection(), schema);
  if (!listed)
    worker.interpreter().raise(listed.error());
  adapter.cache().add_schema(schema);
  for (const Relation& relation : *listed)
    adapter.cache().add(relation);
  return *listed;
}

Value get_relation(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "get_relation", arguments,
                        {"database", "schema", "identifier"});
  std::optional<std::string> schema = reader.optional_text(1);
  std::optional<std::string> identifier = reader.optional_text(2);
  if (!schema || !identifier)
    return Value::none();
  if (std::optional<std::string> database = reader.optional_text(0)) {
    if (!base::equal_ignoring_case(*database, worker.shared().profile.credentials.database))
      return Value::none();
  }
  std::optional<Relation> found = find_existing(worker, *schema, *identifier);
  return found ? relation_value(std::move(*found)) : Value::none();
}

Value relation_list(const std::vector<Relation>& relations) {
  std::vector<Value> made;
  for (const Relation& relation : relations)
    made.push_back(relation_value(relation));
  return Value::list(std::move(made));
}

Value list_relations(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "list_relations", arguments, {"database", "schema"});
  return relation_list(relations_in(worker, reader.text_or(1, "")));
}

Value list_relations_without_caching(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "list_relations_without_caching", arguments,
                        {"schema_relation"});
  Relation schema = relation_at(worker, reader, 0, "list_relations_without_caching");
  diag::Result<std::vector<Relation>> listed =
      adapter_of(worker).list_relations(worker.connection(), schema.schema.value_or(""));
  if (!listed)
    worker.interpreter().raise(listed.error());
  return relation_list(*listed);
}

Value check_schema_exists(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "check_schema_exists", arguments,
                        {"database", "schema"});
  diag::Result<bool> exists =
      adapter_of(worker).schema_exists(worker.connection(), reader.require(1).str());
  if (!exists)
    worker.interpreter().raise(exists.error());
  return Value::boolean(*exists);
}

void check(Worker& worker, const diag::Status& status) {
  if (!status)
    worker.interpreter().raise(status.error());
}

Value create_schema(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "create_schema", arguments, {"relation"});
  Relation relation = relation_at(worker, reader, 0, "create_schema");
  check(worker,
        adapter_of(worker).create_schemas(worker.connection(), {relation.schema.value_or("")}));
  return Value::string("");
}

Value drop_schema(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "drop_schema", arguments, {"relation"});
  Relation relation = relation_at(worker, reader, 0, "drop_schema");
  check(worker, adapter_of(worker).drop_schema(worker.connection(), relation.schema.value_or("")));
  return Value::string("");
}

/// drop_relation: asked for by a user's macro, so dependents go with it, as in dbt.
Value drop_relation(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "drop_relation", arguments, {"relation"});
  if (reader.require(0).is_none())
    return Value::string("");
  Relation relation = relation_at(worker, reader, 0, "drop_relation");
  if (relation.type == adapter::RelationType::Unknown) {
    worker.interpreter().raise(
        "DbtRuntimeError",
        fmt::format("Tried to drop relation {}, but its type is null.", relation.render_name()));
  }
  check(worker, adapter_of(worker).drop_relation(worker.connection(), relation, true));
  return Value::string("");
}

Value rename_relation(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "rename_relation", arguments,
                        {"from_relation", "to_relation"});
  check(worker, adapter_of(worker).rename_relation(
                    worker.connection(), relation_at(worker, reader, 0, "rename_relation"),
                    relation_at(worker, reader, 1, "rename_relation")));
  return Value::string("");
}

Value truncate_relation(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "truncate_relation", arguments, {"relation"});
  check(worker, adapter_of(worker).truncate_relation(
                    worker.connection(), relation_at(worker, reader, 0, "truncate_relation")));
  return Value::string("");
}

Value cache_added(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "cache_added", arguments, {"relation"});
  if (worker.shared().adapter != nullptr && !reader.require(0).is_none())
    worker.shared().adapter->cache().add(relation_at(worker, reader, 0, "cache_added"));
  return Value::string("");
}

Value cache_dropped(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "cache_dropped", arguments, {"relation"});
  if (worker.shared().adapter != nullptr && !reader.require(0).is_none())
    worker.shared().adapter->cache().remove(relation_at(worker, reader, 0, "cache_dropped"));
  return Value::string("");
}

Value cache_renamed(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "cache_renamed", arguments,
                        {"from_relation", "to_relation"});
  if (worker.shared().adapter != nullptr) {
    worker.shared().adapter->cache().rename(relation_at(worker, reader, 0, "cache_renamed"),
                                            relation_at(worker, reader, 1, "cache_renamed"));
  }
  return Value::string("");
}

/// already_exists(schema, name): old, still called by packages.
Value already_exists(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "already_exists", arguments, {"schema", "name"});
  std::string name = reader.text(1);
  for (const Relation& relation : relations_in(worker, reader.text(0))) {
    if (relation.identifier && base::equal_ignoring_case(*relation.identifier, name))
      return Value::boolean(true);
  }
  return Value::boolean(false);
}

/// Widens text columns of `to` that are too short for `from`.
Value expand_target_column_types(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "expand_target_column_types", arguments,
                        {"from_relation", "to_relation"});
  Relation from = relation_at(worker, reader, 0, "expand_target_column_types");
  Relation to = relation_at(worker, reader, 1, "expand_target_column_types");
  std::vector<Column> targets = columns_of(worker, to);
  for (const Column& column : columns_of(worker, from)) {
    auto target = std::find_if(targets.begin(), targets.end(),
                               [&](const Column& c) { return c.name == column.name; });
    if (target == targets.end() || !target->can_expand_to(column))
      continue;
    const CallableMacro* alter =
        worker.shared().macros.find(worker.scope().package_name, "alter_column_type");
    if (alter == nullptr)
      continue;
    Value given[] = {relation_value(to), Value::string(column.name),
                     Value::string(adapter::string_type(column.string_size()))};
    worker.interpreter().invoke(worker.macro_value(*alter), Arguments{given, {}});
  }
  return Value::string("");
}

std::string text_attribute(const base::Data* names, std::string_view key) {
  const base::Data* value = names == nullptr ? nullptr : names->get(key);
  return value == nullptr || value->is_null() ? std::string(key) : python_str(*value);
}

/// The columns that a snapshot's table must have, or an error that lists the missing ones.
void check_snapshot_target(Worker& worker, const Relation& relation, const Value* column_names,
                           bool needs_deleted) {
  base::Data names = column_names == nullptr ? base::Data() : column_names->to_data();
  const base::Data* map = names.is_map() ? &names : nullptr;
  std::vector<std::string> wanted = {text_attribute(map, "dbt_scd_id"),
                                     text_attribute(map, "dbt_valid_from"),
                                     text_attribute(map, "dbt_valid_to")};
  if (needs_deleted)
    wanted.push_back(text_attribute(map, "dbt_is_deleted"));
  std::vector<Column> columns = columns_of(worker, relation);
  std::string missing;
  for (const std::string& name : wanted) {
    bool exists = std::any_of(columns.begin(), columns.end(), [&](const Column& column) {
      return base::equal_ignoring_case(column.name, name);
    });
    if (!exists)
      missing += (missing.empty() ? "" : ", ") + name;
  }
  if (!missing.empty()) {
    worker.interpreter().raise(
        "SnapshotTargetNotSnapshotTableError",
        fmt::format("Snapshot target is missing configured columns (missing {}). See "
                    "https://docs.getdbt.com/docs/build/snapshots#snapshot-meta-fields for more "
                    "information.",
                    missing));
  }
}

Value valid_snapshot_target(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "valid_snapshot_target", arguments,
                        {"relation", "column_names"});
  check_snapshot_target(worker, relation_at(worker, reader, 0, "valid_snapshot_target"),
                        reader.find(1), false);
  return Value::string("");
}

Value assert_valid_snapshot_target_given_strategy(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "assert_valid_snapshot_target_given_strategy",
                        arguments, {"relation", "column_names", "strategy"});
  const Value& strategy = reader.require(2);
  const Value* hard_deletes = strategy.is_dict() ? strategy.find("hard_deletes") : nullptr;
  bool needs_deleted = hard_deletes != nullptr && hard_deletes->str() == "new_record";
  check_snapshot_target(worker, relation_at(worker, reader, 0, "assert_valid_snapshot_target"),
                        reader.find(1), needs_deleted);
  return Value::string("");
}

Value none() { return Value::none(); }
Value empty_list() { return Value::list(); }
Value false_value() { return Value::boolean(false); }
Value none_pair() { return Value::tuple({Value::none(), Value::none()}); }
Value empty_result() { return Value::tuple({Value::string(""), empty_table()}); }

constexpr AdapterMethod kMethods[] = {
    {"execute", execute, empty_result},
    {"add_query", add_query, none_pair},
    {"commit", commit, none},
    {"get_columns_in_relation", get_columns_in_relation, empty_list},
    {"get_columns_in_table", get_columns_in_relation, empty_list},
    {"get_missing_columns", get_missing_columns, empty_list},
    {"get_column_schema_from_query", get_column_schema_from_query, empty_list},
    {"get_relation", get_relation, none},
    {"list_relations", list_relations, empty_list},
    {"list_relations_without_caching", list_relations_without_caching, empty_list},
    {"check_schema_exists", check_schema_exists, false_value},
    {"already_exists", already_exists, false_value},
    {"create_schema", create_schema, none},
    {"drop_schema", drop_schema, none},
    {"drop_relation", drop_relation, none},
    {"rename_relation", rename_relation, none},
    {"truncate_relation", truncate_relation, none},
    {"cache_added", cache_added, none},
    {"cache_dropped", cache_dropped, none},
    {"cache_renamed", cache_renamed, none},
    {"expand_target_column_types", expand_target_column_types, none},
    {"valid_snapshot_target", valid_snapshot_target, none},
    {"assert_valid_snapshot_target_given_strategy", assert_valid_snapshot_target_given_strategy,
     none},
};

}  // namespace

std::optional<Relation> find_existing(Worker& worker, const std::string& schema,
                                      const std::string& identifier) {
  adapter::RelationCache& cache = adapter_of(worker).cache();
  if (!cache.knows_schema(schema))
    (void)relations_in(worker, schema);
  return cache.find(schema, identifier);
}

std::span<const AdapterMethod> query_adapter_methods() { return kMethods; }

}  // namespace weft::context
