// IndexObject: an index as the `indexes` configuration describes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "context/scope.h"
#include "jinja/interpreter.h"
#include "jinja/object.h"

namespace weft::context {

struct IndexConfig {
  /// Columns as written, which PostgreSQL takes for expressions and orders, too.
  std::vector<std::string> columns;
  /// Without their parentheses.
  std::vector<std::string> expressions;
  bool unique = false;
  std::optional<std::string> type;
  std::vector<std::string> include;
  std::optional<std::string> where;
  /// For all columns ("") or by column.
  std::vector<std::pair<std::string, std::string>> opclasses;
  bool nulls_not_distinct = false;

  /// Only what dbt knows as well.
  bool is_plain() const;
  /// Columns with their classes, and expressions in parentheses.
  std::vector<std::string> keys() const;
  /// What follows the list of keys, with a space before it.
  std::string options() const;
};

/// Reads an item of `indexes`; raises what dbt raises for one that cannot be used.
IndexConfig read_index(jinja::Interpreter& interpreter, const jinja::Value& raw);

/// The name of an index of `relation`, which never changes for one definition. An index of a build
/// relation has the suffix that publishing takes off.
std::string index_name(const IndexConfig& index, const adapter::Relation& relation,
                       const std::vector<BuildName>& builds);

/// The object that `adapter.parse_index()` gives.
jinja::Value index_value(IndexConfig index, std::vector<BuildName> builds);

/// What must change for `relation` to have the indexes of `wanted`: a list of {action, context},
/// drops first. `present` is the result of get_show_indexes_sql(). Indexes that neither weft nor
/// dbt named are left alone.
std::vector<jinja::Value> index_changes(jinja::Interpreter& interpreter,
                                        const adapter::Relation& relation,
                                        const jinja::Value& present, const jinja::Value& wanted);

}  // namespace weft::context
