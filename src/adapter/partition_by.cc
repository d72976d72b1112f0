#include "adapter/partition_by.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::adapter {
namespace {

using base::Data;

constexpr std::array<std::string_view, 6> kKeys = {
    "fields", "field", "method", "granularity", "default_partition", "partitions"};
constexpr std::array<std::string_view, 5> kGranularities = {"hour", "day", "week", "month", "year"};
/// Keys of other databases' adapters.
constexpr std::array<std::string_view, 5> kForeignKeys = {"data_type", "range", "copy_partitions",
                                                          "time_ingestion_partitioning",
                                                          "require_partition_filter"};

diag::Diagnostic wrong(std::string message, std::string hint = {}) {
  diag::Diagnostic error;
  error.code = diag::Code::ConfigInvalid;
  error.message = "`partition_by` " + std::move(message);
  error.hint = std::move(hint);
  return error;
}

bool is_ours(const Data& raw) {
  if (!raw.is_map())
    return false;
  bool is_foreign = std::any_of(kForeignKeys.begin(), kForeignKeys.end(),
                                [&](std::string_view key) { return raw.get(key) != nullptr; });
  if (is_foreign)
    return false;
  if (raw.get("fields") != nullptr)
    return true;
  // BigQuery's shortest form is a field alone.
  return raw.get("field") == nullptr || raw.as_map().size() > 1;
}

std::optional<diag::Diagnostic> unknown_key(const base::DataMap& map) {
  for (const base::DataEntry& entry : map) {
    if (std::find(kKeys.begin(), kKeys.end(), entry.key) != kKeys.end())
      continue;
    std::vector<std::string> names(kKeys.begin(), kKeys.end());
    std::optional<std::string> near = base::nearest(entry.key, names);
    return wrong(fmt::format("has the key `{}`, expected one of fields, method, granularity, "
                             "default_partition, partitions",
                             entry.key),
                 near ? fmt::format("did you mean `{}`?", *near) : std::string());
  }
  return std::nullopt;
}

/// A text or a list of texts.
std::optional<std::vector<std::string>> texts_of(const Data& data) {
  if (data.is_string())
    return std::vector<std::string>{data.as_string()};
  if (!data.is_list() || data.as_list().empty())
    return std::nullopt;
  std::vector<std::string> texts;
  for (const Data& item : data.as_list()) {
    if (!item.is_string())
      return std::nullopt;
    texts.push_back(item.as_string());
  }
  return texts;
}

/// SQL that the project wrote: a text, or a number that YAML made of it.
std::optional<std::string> sql_of(const Data* data) {
  if (data != nullptr && data->is_string() && !base::trim(data->as_string()).empty())
    return data->as_string();
  if (data != nullptr && (data->is_int() || data->is_float()))
    return base::python_str(*data);
  return std::nullopt;
}

std::optional<std::string> list_of_sql(const Data* data) {
  if (data == nullptr || !data->is_list())
    return sql_of(data);
  std::string joined;
  for (const Data& item : data->as_list()) {
    std::optional<std::string> sql = sql_of(&item);
    if (!sql)
      return std::nullopt;
    joined += (joined.empty() ? "" : ", ") + *sql;
  }
  return joined.empty() ? std::nullopt : std::optional(joined);
}

std::optional<std::string> bound_of(const Data& partition, PartitionBy::Method method) {
  switch (method) {
    case PartitionBy::Method::Range: {
      std::optional<std::string> from = list_of_sql(partition.get("from"));
      std::optional<std::string> to = list_of_sql(partition.get("to"));
      if (from && to)
        return fmt::format("for values from ({}) to ({})", *from, *to);
      return std::nullopt;
    }
    case PartitionBy::Method::List: {
      std::optional<std::string> values = list_of_sql(partition.get("values"));
      if (values)
        return fmt::format("for values in ({})", *values);
      return std::nullopt;
    }
    case PartitionBy::Method::Hash: {
      const Data* modulus = partition.get("modulus");
      const Data* remainder = partition.get("remainder");
      if (modulus != nullptr && modulus->is_int() && remainder != nullptr && remainder->is_int()) {
        return fmt::format("for values with (modulus {}, remainder {})", modulus->as_int(),
                           remainder->as_int());
      }
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::string_view expected_bound(PartitionBy::Method method) {
  switch (method) {
    case PartitionBy::Method::Range:
      return "name, from and to";
    case PartitionBy::Method::List:
      return "name and values";
    case PartitionBy::Method::Hash:
      break;
  }
  return "name, modulus and remainder";
}

std::optional<diag::Diagnostic> read_listed(const Data& partitions, PartitionBy& by) {
  if (partitions.is_null())
    return std::nullopt;
  if (!partitions.is_list()) {
    return wrong(
        fmt::format("has `{}` for partitions, expected a list", base::python_repr(partitions)));
  }
  for (const Data& partition : partitions.as_list()) {
    const Data* name = partition.get("name");
    std::optional<std::string> bound = bound_of(partition, by.method);
    if (name == nullptr || !name->is_string() || name->as_string().empty() || !bound) {
      return wrong(fmt::format("lists the partition `{}`, expected {}, each bound as SQL",
                               base::python_repr(partition), expected_bound(by.method)));
    }
    by.listed.push_back({name->as_string(), *bound, list_of_sql(partition.get("from")).value_or(""),
                         list_of_sql(partition.get("to")).value_or("")});
  }
  return std::nullopt;
}

std::optional<diag::Diagnostic> read_method(const Data& raw, PartitionBy& by) {
  const Data* method = raw.get("method");
  if (method == nullptr || method->is_null())
    return std::nullopt;
  std::string word = base::to_lower(method->string_or(""));
  if (word == "range")
    by.method = PartitionBy::Method::Range;
  else if (word == "list")
    by.method = PartitionBy::Method::List;
  else if (word == "hash")
    by.method = PartitionBy::Method::Hash;
  else
    return wrong(fmt::format("has the method `{}`, expected range, list or hash",
                             base::python_str(*method)));
  return std::nullopt;
}

std::optional<diag::Diagnostic> read_granularity(const Data& raw, PartitionBy& by) {
  const Data* granularity = raw.get("granularity");
  if (granularity == nullptr || granularity->is_null())
    return std::nullopt;
  by.granularity = base::to_lower(granularity->string_or(""));
  if (std::find(kGranularities.begin(), kGranularities.end(), by.granularity) ==
      kGranularities.end()) {
    return wrong(fmt::format("has the granularity `{}`, expected hour, day, week, month or year",
                             base::python_str(*granularity)));
  }
  if (by.method != PartitionBy::Method::Range)
    return wrong("has a granularity, which only the method `range` can have");
  if (by.fields.size() != 1)
    return wrong(fmt::format("has a granularity and {} fields, expected one", by.fields.size()));
  return std::nullopt;
}

std::optional<diag::Diagnostic> read_default(const Data& raw, PartitionBy& by) {
  const Data* wanted = raw.get("default_partition");
  if (wanted == nullptr || wanted->is_null())
    return std::nullopt;
  if (!wanted->is_bool()) {
    return wrong(fmt::format("has `{}` for default_partition, expected true or false",
                             base::python_str(*wanted)));
  }
  by.has_default = wanted->as_bool();
  if (by.has_default && by.method == PartitionBy::Method::Hash)
    return wrong("wants a default partition, which the method `hash` cannot have");
  return std::nullopt;
}

}  // namespace

std::string ListedPartition::range_condition(const std::string& field) const {
  std::string condition = fmt::format("{} is not null", field);
  if (!base::equal_ignoring_case(base::trim(from), "minvalue"))
    condition += fmt::format(" and {} >= {}", field, from);
  if (!base::equal_ignoring_case(base::trim(to), "maxvalue"))
    condition += fmt::format(" and {} < {}", field, to);
  return condition;
}

std::string PartitionBy::clause() const {
  std::string_view word = method == Method::Range  ? "range"
                          : method == Method::List ? "list"
                                                   : "hash";
  return fmt::format("partition by {} ({})", word, base::join(fields, ", "));
}

diag::Result<std::optional<PartitionBy>> parse_partition_by(const base::Data& raw) {
  if (!is_ours(raw))
    return std::optional<PartitionBy>();
  if (std::optional<diag::Diagnostic> error = unknown_key(raw.as_map()))
    return *error;
  PartitionBy by;
  const Data* fields = raw.get("fields") != nullptr ? raw.get("fields") : raw.get("field");
  std::optional<std::vector<std::string>> names;
  if (fields != nullptr)
    names = texts_of(*fields);
  if (!names)
    return wrong("names no column", "write `fields: [created_at]`");
  by.fields = std::move(*names);
  for (auto read : {read_method, read_granularity, read_default}) {
    if (std::optional<diag::Diagnostic> error = read(raw, by))
      return *error;
  }
  if (const Data* partitions = raw.get("partitions")) {
    if (std::optional<diag::Diagnostic> error = read_listed(*partitions, by))
      return *error;
  }
  if (by.listed.empty() && by.granularity.empty() && !by.has_default)
    return wrong("leads to no partition, expected granularity, partitions or default_partition");
  return std::optional<PartitionBy>(std::move(by));
}

std::string period_name_pattern(const std::string& granularity) {
  if (granularity == "year")
    return "\"p\"YYYY";
  if (granularity == "month")
    return "\"p\"YYYYMM";
  return granularity == "hour" ? "\"p\"YYYYMMDDHH24" : "\"p\"YYYYMMDD";
}

}  // namespace weft::adapter
