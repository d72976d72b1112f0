// Methods of `adapter` for partitioned tables. `partition_by` is the configuration's key.
#include <fmt/format.h>

#include "context/adapter_object.h"
#include "context/relation_object.h"

namespace weft::context {
namespace {

using adapter::PartitionBy;
using adapter::PartitionedTable;
using adapter::Relation;
using jinja::Arguments;
using jinja::Value;

std::optional<PartitionBy> configured(Worker& worker) {
  const base::DataMap* config = worker.scope().config;
  const base::Data* raw = config == nullptr ? nullptr : config->find("partition_by");
  if (raw == nullptr)
    return std::nullopt;
  diag::Result<std::optional<PartitionBy>> by = adapter::parse_partition_by(*raw);
  if (!by)
    worker.interpreter().raise(by.error());
  return std::move(*by);
}

/// partition_by(): {clause, is_automatic}, or none for a table without partitions.
Value partition_by(Worker& worker, const Arguments&) {
  std::optional<PartitionBy> by = configured(worker);
  if (!by)
    return Value::none();
  Value made = Value::dict();
  made.set_item("clause", Value::string(by->clause()));
  made.set_item("is_automatic", Value::boolean(by->is_automatic()));
  return made;
}

bool is_unlogged(Worker& worker) {
  const base::Data* unlogged = worker.scope().config->find("unlogged");
  return unlogged != nullptr && unlogged->truthy();
}

std::vector<std::string> missing(Worker& worker, const PartitionedTable& table) {
  diag::Result<std::vector<std::string>> statements =
      adapter_of(worker).missing_partitions(worker.connection(), table);
  if (!statements)
    worker.interpreter().raise(statements.error());
  return std::move(*statements);
}

Relation target_of_build(Worker& worker, const Relation& relation) {
  for (const BuildName& build : worker.scope().builds) {
    if (build.build.same_path(relation))
      return build.target;
  }
  return relation;
}

/// new_partitions(relation, rows): the statements that create the partitions of a table that is
/// being made.
Value new_partitions(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "new_partitions", arguments, {"relation", "rows"});
  std::optional<PartitionBy> by = configured(worker);
  if (!by)
    return Value::list();
  Relation build = relation_at(worker, reader, 0, "new_partitions");
  PartitionedTable table{build,          target_of_build(worker, build),
                         std::move(*by), std::nullopt,
                         false,          is_unlogged(worker)};
  if (const Value* rows = reader.find(1); rows != nullptr && !rows->is_none())
    table.rows = relation_at(worker, reader, 1, "new_partitions");
  std::vector<Value> list;
  for (std::string& statement : missing(worker, table))
    list.push_back(Value::string(std::move(statement)));
  return Value::list(std::move(list));
}

/// add_partitions(relation, rows): creates the partitions that an existing table lacks, before the
/// rows come. Fails when the table is not partitioned as the configuration says.
Value add_partitions(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "add_partitions", arguments, {"relation", "rows"});
  std::optional<PartitionBy> by = configured(worker);
  if (!by)
    return Value::string("");
  Relation target = relation_at(worker, reader, 0, "add_partitions");
  diag::Status checked = adapter_of(worker).check_partition_key(worker.connection(), target, *by);
  if (!checked)
    worker.interpreter().raise(checked.error());
  PartitionedTable table{target,         target,
                         std::move(*by), relation_at(worker, reader, 1, "add_partitions"),
                         true,           is_unlogged(worker)};
  for (const std::string& sql : missing(worker, table)) {
    diag::Result<adapter::QueryResult> done = worker.connection().execute(sql, {});
    if (!done)
      raise_database_error(worker, done.error(), sql);
  }
  return Value::string("");
}

Value none() { return Value::none(); }

constexpr AdapterMethod kMethods[] = {
    {"partition_by", partition_by, none},
    {"new_partitions", new_partitions, none},
    {"add_partitions", add_partitions, none},
};

}  // namespace

std::span<const AdapterMethod> partition_adapter_methods() { return kMethods; }

}  // namespace weft::context
