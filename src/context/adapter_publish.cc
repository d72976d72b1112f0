// Methods of `adapter` that dbt does not have: weft's own way of replacing relations without a gap.
#include <algorithm>

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

Value publish(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "publish", arguments, {"build", "target"});
  diag::Status status = adapter_of(worker).publish(
      worker.connection(), relation_at(worker, reader, 0, "publish"),
      relation_at(worker, reader, 1, "publish"), worker.shared().publish);
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

/// True when the project or a package replaces one of the macros that load a seed row by row.
Value seed_macros_overridden(Worker& worker, const Arguments&) {
  const MacroTable& macros = worker.shared().macros;
  for (const char* name :
       {"create_csv_table", "reset_csv_table", "load_csv_rows", "get_binding_char",
        "get_batch_size", "get_csv_sql", "postgres__load_csv_rows", "postgres__create_csv_table",
        "postgres__get_batch_size"}) {
    const CallableMacro* found = macros.find(worker.scope().package_name, name);
    if (found != nullptr && !macros.is_builtin(worker.scope().package_name, name))
      return Value::boolean(true);
  }
  return Value::boolean(false);
}

std::optional<std::string> configured_type(const base::DataMap& config, const std::string& column) {
  const base::Data* types = config.find("column_types");
  const base::Data* type = types == nullptr ? nullptr : types->get(column);
  if (type == nullptr || type->is_null())
    return std::nullopt;
  return python_str(*type);
}

/// Name and SQL type of each column: the existing table's, else configured, else inferred.
std::vector<std::pair<std::string, std::string>> seed_columns(Worker& worker,
                                                              const adapter::Table& table,
                                                              const base::DataMap& config,
                                                              const Value* like) {
  std::vector<adapter::Column> existing;
  if (like != nullptr && !like->is_none()) {
    diag::Result<std::vector<adapter::Column>> columns = adapter_of(worker).columns_in_relation(
        worker.connection(), relation_argument(worker.interpreter(), *like, "load_seed"));
    if (!columns)
      worker.interpreter().raise(columns.error());
    existing = std::move(*columns);
  }
  std::vector<std::pair<std::string, std::string>> made;
  for (size_t i = 0; i < table.column_names.size(); ++i) {
    const std::string& name = table.column_names[i];
    std::string type = configured_type(config, name).value_or(adapter::seed_column_type(table, i));
    if (!existing.empty()) {
      auto found = std::find_if(existing.begin(), existing.end(), [&](const adapter::Column& c) {
        return base::equal_ignoring_case(c.name, name);
      });
      if (found == existing.end()) {
        worker.interpreter().raise(
            "DatabaseError",
            fmt::format("column \"{}\" of relation \"{}\" does not exist: build the seed with "
                        "--full-refresh",
                        name, worker.scope().node->alias));
      }
      type = found->data_type();
    }
    made.emplace_back(name, std::move(type));
  }
  return made;
}

Value loaded_value(const adapter::Adapter::SeedLoad& load, int64_t rows) {
  std::vector<Value> columns;
  for (const auto& [name, type] : load.columns) {
    Value column = Value::dict();
    column.set_item("name", Value::string(name));
    column.set_item("quoted",
                    Value::string(load.quote_columns ? adapter::quote_identifier(name) : name));
    column.set_item("data_type", Value::string(type));
    columns.push_back(column);
  }
  Value made = Value::dict();
  made.set_item("rows", Value::integer(rows));
  made.set_item("columns", Value::list(std::move(columns)));
  return made;
}

/// load_seed(model, build, like): creates `build` from the node's file and streams the rows.
Value load_seed(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "load_seed", arguments, {"model", "build", "like"});
  const manifest::Node* node = worker.scope().node;
  if (node == nullptr || node->type != manifest::ResourceType::Seed)
    worker.interpreter().raise("CompilationError", "load_seed() works on seeds only");
  diag::Result<adapter::Table> table = load_seed_table(worker, *node);
  if (!table)
    worker.interpreter().raise(table.error());
  const base::DataMap& config = worker.shared().manifest.config_of(*node).values;
  adapter::Adapter::SeedLoad load;
  load.csv_path = node->root_path + "/" + node->original_file_path;
  load.header_only = worker.shared().empty;
  load.columns = seed_columns(worker, *table, config, reader.find(2));
  // Names are quoted unless the project says no, as dbt-postgres does.
  const base::Data* quote = config.find("quote_columns");
  load.quote_columns = quote == nullptr || quote->is_null() || quote->truthy();
  if (const base::Data* delimiter = config.find("delimiter");
      delimiter && delimiter->is_string() && !delimiter->as_string().empty())
    load.delimiter = delimiter->as_string().front();
  if (const base::Data* unlogged = config.find("unlogged"))
    load.unlogged = unlogged->truthy();
  diag::Result<int64_t> rows = adapter_of(worker).load_seed(
      worker.connection(), relation_at(worker, reader, 1, "load_seed"), load);
  if (!rows)
    worker.interpreter().raise(rows.error());
  return loaded_value(load, *rows);
}

Value none() { return Value::none(); }

constexpr AdapterMethod kMethods[] = {
    {"build_relation", build_relation, none},
    {"publish", publish, none},
    {"lock_target", lock_target, none},
    {"target_of", target_of, none},
    {"alter_relation", alter_relation, none},
    {"seed_macros_overridden", seed_macros_overridden, none},
    {"load_seed", load_seed, none},
};

}  // namespace

std::span<const AdapterMethod> publish_adapter_methods() { return kMethods; }

}  // namespace weft::context
