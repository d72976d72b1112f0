// PartitionBy: the `partition_by` configuration of a table or incremental model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/data.h"
#include "diag/diagnostic.h"

namespace weft::adapter {

/// One partition that the configuration lists.
struct ListedPartition {
  std::string name;
  /// "for values from (…) to (…)", with the SQL that the project wrote.
  std::string bound;
  /// The two ends of a range, as written; empty for the other methods.
  std::string from, to;

  /// The condition of the rows that the range takes, for a key of one field.
  std::string range_condition(const std::string& field) const;
};

struct PartitionBy {
  enum class Method { Range, List, Hash };
  Method method = Method::Range;
  /// Columns or expressions, as written.
  std::vector<std::string> fields;
  /// "hour", "day", "week", "month", "year"; empty when only listed partitions are wanted.
  std::string granularity;
  bool has_default = false;
  std::vector<ListedPartition> listed;

  /// Partitions are made for the periods of the rows. Where partitions are listed beside a default
  /// one, rows outside of the list are meant to go there.
  bool is_automatic() const { return !granularity.empty() && (listed.empty() || !has_default); }
  /// "partition by range (a, b)".
  std::string clause() const;
};

/// The configuration's value; nothing where it is missing or in the shape of another database's
/// adapter (BigQuery's data_type, Spark's list of columns), which PostgreSQL projects may carry
/// along. A value of ours that cannot be used is an error that names the key.
diag::Result<std::optional<PartitionBy>> parse_partition_by(const base::Data& raw);

/// More than these are not made at once: a wrong column, mostly.
inline constexpr size_t kMostAutomaticPartitions = 10'000;

/// What the name of a period's partition ends with, as a pattern of to_char(): `"p"YYYYMM`.
std::string period_name_pattern(const std::string& granularity);

}  // namespace weft::adapter
