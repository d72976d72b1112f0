// Methods of `adapter` that dbt does not have: weft's own way of replacing relations without a gap.
#include <fmt/format.h>

#include "base/strings.h"
#include "context/adapter_object.h"
#include "context/relation_object.h"

namespace weft::context {
namespace {

using adapter::Relation;
using jinja::Arguments;
using jinja::Value;

adapter::Adapter& adapter_of(Worker& worker) {
  if (worker.shared().adapter == nullptr)
    worker.interpreter().raise("DbtRuntimeError", "no database may be asked here");
  return *worker.shared().adapter;
}

Relation relation_at(Worker& worker, const ArgumentReader& reader, size_t index,
                     std::string_view function) {
  return relation_argument(worker.interpreter(), reader.require(index), function);
}

Value build_relation(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "build_relation", arguments, {"relation", "type"});
  Relation target = relation_at(worker, reader, 0, "build_relation");
  adapter::RelationType type = adapter::parse_relation_type(reader.text_or(1, "table"));
  return relation_value(adapter_of(worker).build_relation(target, type));
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

Value lock_target(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "lock_target", arguments, {"relation"});
  diag::Status status = adapter_of(worker).lock_target(
      worker.connection(), relation_at(worker, reader, 0, "lock_target"));
  if (!status)
    worker.interpreter().raise(status.error());
  return Value::string("");
}

/// True when the project or a package replaces one of the macros that load a seed row by row.
Value seed_macros_overridden(Worker& worker, const Arguments&) {
  const MacroTable& macros = worker.shared().macros;
  for (const char* name : {"create_csv_table", "reset_csv_table", "load_csv_rows",
                           "get_binding_char", "get_batch_size", "get_csv_sql",
                           "postgres__load_csv_rows", "postgres__create_csv_table",
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

/// load_seed(build): creates `build` from the node's file and streams the rows. Gives their number.
Value load_seed(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "load_seed", arguments, {"build", "agate_table"});
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
  for (size_t i = 0; i < table->column_names.size(); ++i) {
    const std::string& name = table->column_names[i];
    load.columns.emplace_back(
        name, configured_type(config, name).value_or(adapter::seed_column_type(*table, i)));
  }
  if (const base::Data* quote = config.find("quote_columns"))
    load.quote_columns = quote->truthy();
  if (const base::Data* delimiter = config.find("delimiter");
      delimiter && delimiter->is_string() && !delimiter->as_string().empty())
    load.delimiter = delimiter->as_string().front();
  if (const base::Data* unlogged = config.find("unlogged"))
    load.unlogged = unlogged->truthy();
  diag::Result<int64_t> rows = adapter_of(worker).load_seed(
      worker.connection(), relation_at(worker, reader, 0, "load_seed"), load);
  if (!rows)
    worker.interpreter().raise(rows.error());
  return Value::integer(*rows);
}

Value none() { return Value::none(); }

constexpr AdapterMethod kMethods[] = {
    {"build_relation", build_relation, none},
    {"publish", publish, none},
    {"lock_target", lock_target, none},
    {"seed_macros_overridden", seed_macros_overridden, none},
    {"load_seed", load_seed, none},
};

}  // namespace

std::span<const AdapterMethod> publish_adapter_methods() { return kMethods; }

}  // namespace weft::context
