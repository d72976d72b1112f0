// Children are found and made by name and bound. A table that is built to take the place of another
// has children under build names, since the old table's children still have theirs; publishing
// gives them the names that `Shared` remembers.
#include "adapter/postgres/partitions.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "adapter/postgres/build_names.h"
#include "adapter/postgres/catalog.h"
#include "adapter/postgres/errors.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

struct Children {
  std::set<std::string> names;
  /// Quoted path of the default partition; empty for none.
  std::string default_path;
  /// Conditions of rows that some other partition takes.
  std::vector<std::string> conditions;
};

diag::Result<Children> read_children(PgConnection& connection, const Relation& parent) {
  diag::Result<RawRows> rows = connection.raw_or_rollback(fmt::format(
      "select n.nspname, c.relname, pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT', "
      "pg_catalog.pg_get_partition_constraintdef(c.oid) from pg_catalog.pg_inherits i "
      "join pg_catalog.pg_class c on c.oid = i.inhrelid "
      "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
      "where i.inhparent = pg_catalog.to_regclass({}) order by 2",
      quote_literal(parent.render_name())));
  if (!rows)
    return rows.error();
  Children children;
  for (const RawRow& row : *rows) {
    children.names.insert(row[1].value_or(""));
    if (row[2] == "t") {
      children.default_path =
          quote_identifier(row[0].value_or("")) + "." + quote_identifier(row[1].value_or(""));
    } else if (row[3]) {
      children.conditions.push_back(*row[3]);
    }
  }
  return children;
}

/// How the SQL of one period is written for a type of column.
struct PeriodType {
  /// What date_trunc() is given; "{}" stands for the column.
  std::string_view truncated;
  /// What a bound is cast to before it becomes text.
  std::string_view bound;
};

std::optional<PeriodType> period_type(std::string_view dtype) {
  // A date alone would be truncated as a timestamp with a time zone.
  if (dtype == "date")
    return PeriodType{"{}::pg_catalog.timestamp", "pg_catalog.date"};
  if (dtype == "timestamp without time zone")
    return PeriodType{"{}", "pg_catalog.timestamp"};
  if (dtype == "timestamp with time zone")
    return PeriodType{"{}", "pg_catalog.timestamptz"};
  return std::nullopt;
}

diag::Result<PeriodType> find_period_type(PgConnection& connection, const Relation& rows,
                                          const PartitionBy& by) {
  diag::Result<std::vector<Column>> columns = columns_in_relation(connection, rows);
  if (!columns)
    return columns.error();
  std::string field = base::replace_all(by.fields.front(), "\"", "");
  auto found = std::find_if(columns->begin(), columns->end(), [&](const Column& column) {
    return base::equal_ignoring_case(column.name, field);
  });
  std::string what = found == columns->end() ? "no column of the model" : found->dtype;
  std::optional<PeriodType> type;
  if (found != columns->end())
    type = period_type(found->dtype);
  if (!type || (by.granularity == "hour" && type->bound == "pg_catalog.date")) {
    return plain_error(diag::Code::ConfigInvalid,
                       fmt::format("`partition_by` has the granularity `{}`, and `{}` is {}, "
                                   "expected a timestamp{}",
                                   by.granularity, by.fields.front(), what,
                                   by.granularity == "hour" ? "" : " or date"));
  }
  return *type;
}

/// Gives (name's end, start, end) of each period that has rows and no partition. Rows that already
/// lie in the default partition keep their whole period there: PostgreSQL would refuse.
std::string periods_sql(const Relation& rows, const PartitionBy& by, const Children& children,
                        const PeriodType& type) {
  const std::string& field = by.fields.front();
  std::string truncated = fmt::format("pg_catalog.date_trunc('{}', {})", by.granularity,
                                      base::replace_all(type.truncated, "{}", field));
  std::string where = fmt::format("{0} is not null and pg_catalog.isfinite({0})", field);
  if (!children.conditions.empty())
    where += " and not ((" + base::join(children.conditions, ") or (") + "))";
  if (!children.default_path.empty()) {
    where += fmt::format(" and {0} not in (select {0} from {1} where {2} is not null)", truncated,
                         children.default_path, field);
  }
  return fmt::format(
      "select pg_catalog.to_char(p, {0}), (p)::{1}::text, (p + interval '1 {2}')::{1}::text from "
      "(select distinct {3} as p from {4} where {5}) s order by p limit {6}",
      quote_literal(period_name_pattern(by.granularity)), type.bound, by.granularity, truncated,
      rows.render_name(), where, kMostAutomaticPartitions + 1);
}

/// Makes the statements of one table's children.
class Maker {
 public:
  Maker(PgConnection& connection, const PartitionedTable& table)
      : connection_(connection), table_(table) {}

  void add(const std::string& name, std::string_view bound) {
    std::string made = name;
    if (!table_.build.same_path(table_.target)) {
      Shared& shared = connection_.shared();
      made = build_name(table_.target.schema.value_or(""), name,
                        shared.is_pooled ? kPooledRun : shared.run,
                        table_.build.identifier.value_or(""));
      shared.remember_final_name(table_.target.schema.value_or(""), made, name);
    }
    statements_.push_back(fmt::format("create {}table {}.{} partition of {} {}",
                                      table_.unlogged ? "unlogged " : "",
                                      quote_identifier(table_.target.schema.value_or("")),
                                      quote_identifier(made), table_.build.render_name(), bound));
  }

  std::string suffixed(std::string_view suffix) const {
    return name_with_suffix(table_.target.identifier.value_or(""), suffix);
  }

  std::vector<std::string> take() { return std::move(statements_); }

 private:
  PgConnection& connection_;
  const PartitionedTable& table_;
  std::vector<std::string> statements_;
};

diag::Status add_periods(PgConnection& connection, const PartitionedTable& table,
                         const Children& children, Maker& maker) {
  diag::Result<PeriodType> type = find_period_type(connection, *table.rows, table.by);
  if (!type)
    return type.error();
  diag::Result<RawRows> periods =
      connection.raw_or_rollback(periods_sql(*table.rows, table.by, children, *type));
  if (!periods)
    return periods.error();
  if (periods->size() > kMostAutomaticPartitions) {
    return plain_error(
        diag::Code::ConfigInvalid,
        fmt::format("`partition_by` with the granularity `{}` needs more than {} "
                    "partitions for `{}`",
                    table.by.granularity, kMostAutomaticPartitions, table.by.fields.front()),
        "choose a coarser granularity, or look for odd dates");
  }
  for (const RawRow& row : *periods) {
    maker.add(maker.suffixed("_" + row[0].value_or("")),
              fmt::format("for values from ({}) to ({})", quote_literal(row[1].value_or("")),
                          quote_literal(row[2].value_or(""))));
  }
  return diag::Done{};
}

/// Names of the listed ranges that have rows in the default partition. Those stay there: PostgreSQL
/// would refuse to make the partition beside them.
diag::Result<std::set<std::string>> ranges_in_default(PgConnection& connection,
                                                      const PartitionBy& by,
                                                      const Children& children) {
  std::set<std::string> names;
  std::string query;
  for (const ListedPartition& listed : by.listed) {
    if (children.names.count(listed.name) != 0)
      continue;
    query += fmt::format("{}select {} where exists (select from {} where {})",
                         query.empty() ? "" : " union all ", quote_literal(listed.name),
                         children.default_path, listed.range_condition(by.fields.front()));
  }
  if (query.empty())
    return names;
  diag::Result<RawRows> rows = connection.raw_or_rollback(query);
  if (!rows)
    return rows.error();
  for (const RawRow& row : *rows)
    names.insert(row[0].value_or(""));
  return names;
}

bool is_plain_name(std::string_view field) {
  return std::all_of(field.begin(), field.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '"' || c >= 0x80;
  });
}

/// The key as read from the catalog: strategy, number of parts, names of columns ("" for an
/// expression).
bool is_same_key(const RawRows& rows, const PartitionBy& by) {
  char strategy = by.method == PartitionBy::Method::Range  ? 'r'
                  : by.method == PartitionBy::Method::List ? 'l'
                                                           : 'h';
  if (rows.size() != by.fields.size())
    return false;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i][0].value_or("") != std::string(1, strategy))
      return false;
    std::string wanted = base::replace_all(by.fields[i], "\"", "");
    if (is_plain_name(by.fields[i]) != rows[i][1].has_value() ||
        (rows[i][1] && !base::equal_ignoring_case(*rows[i][1], wanted)))
      return false;
  }
  return true;
}

}  // namespace

diag::Result<std::vector<std::string>> missing_partitions(PgConnection& connection,
                                                          const PartitionedTable& table) {
  Children children;
  if (table.exists) {
    diag::Result<Children> read = read_children(connection, table.build);
    if (!read)
      return read.error();
    children = std::move(*read);
  }
  Maker maker(connection, table);
  std::set<std::string> taken = children.names;
  if (!children.default_path.empty() && table.by.method == PartitionBy::Method::Range &&
      table.by.fields.size() == 1) {
    diag::Result<std::set<std::string>> kept = ranges_in_default(connection, table.by, children);
    if (!kept)
      return kept.error();
    taken.merge(*kept);
  }
  for (const ListedPartition& listed : table.by.listed) {
    if (taken.count(listed.name) != 0)
      continue;
    maker.add(listed.name, listed.bound);
    // Its rows need no partition of a period.
    if (table.by.is_automatic())
      children.conditions.push_back(listed.range_condition(table.by.fields.front()));
  }
  if (table.rows && table.by.is_automatic()) {
    diag::Status added = add_periods(connection, table, children, maker);
    if (!added)
      return added.error();
  }
  if (table.by.has_default && children.default_path.empty())
    maker.add(maker.suffixed("_default"), "default");
  return maker.take();
}

diag::Status check_partition_key(PgConnection& connection, const Relation& relation,
                                 const PartitionBy& by) {
  diag::Result<RawRows> rows = connection.raw_or_rollback(fmt::format(
      "select p.partstrat, a.attname, pg_catalog.pg_get_partkeydef(p.partrelid) "
      "from pg_catalog.pg_partitioned_table p "
      "cross join lateral pg_catalog.unnest(p.partattrs::pg_catalog.int2[]) with ordinality "
      "k(number, place) left join pg_catalog.pg_attribute a on a.attrelid = p.partrelid "
      "and a.attnum = k.number and k.number > 0 "
      "where p.partrelid = pg_catalog.to_regclass({}) order by k.place",
      quote_literal(relation.render_name())));
  if (!rows)
    return rows.error();
  if (is_same_key(*rows, by))
    return diag::Done{};
  std::string found = rows->empty() ? std::string("not partitioned")
                                    : "partitioned by `" + rows->front()[2].value_or("") + "`";
  return plain_error(
      diag::Code::ConfigInvalid,
      fmt::format("`{}.{}` is {}, its configuration says `{}`", relation.schema.value_or(""),
                  relation.identifier.value_or(""), found, by.clause()),
      "run the model once with --full-refresh");
}

}  // namespace weft::adapter::postgres
