#include "parse/contract.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapter/temporal.h"
#include "base/hash.h"
#include "base/local_time.h"
#include "base/strings.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;
using manifest::Constraint;

std::string repr(const std::optional<std::string>& text) {
  return text ? base::python_repr(Data(*text)) : "None";
}

std::string repr(const std::vector<std::string>& names) {
  DataList list;
  for (const std::string& name : names)
    list.emplace_back(name);
  return base::python_repr(Data(std::move(list)));
}

const char* repr(bool flag) { return flag ? "True" : "False"; }

/// Python's repr of a list of dbt's constraint objects, which is what dbt hashes.
std::string repr(const std::vector<Constraint>& constraints, bool of_model) {
  std::vector<std::string> made;
  for (const Constraint& one : constraints) {
    std::string text = fmt::format(
        "{}LevelConstraint(type=<ConstraintType.{}: '{}'>, name={}, expression={}, "
        "warn_unenforced={}, warn_unsupported={}, to={}, to_columns={}",
        of_model ? "Model" : "Column", one.type, one.type, repr(one.name), repr(one.expression),
        repr(one.warn_unenforced), repr(one.warn_unsupported), repr(one.to), repr(one.to_columns));
    if (of_model)
      text += ", columns=" + repr(one.columns);
    made.push_back(text + ")");
  }
  return "[" + base::join(made, ", ") + "]";
}

std::optional<adapter::Temporal> read_date_time(const std::string& text) {
  if (std::optional<adapter::Temporal> date = adapter::parse_plain_date(text))
    return date;
  if (std::optional<adapter::Temporal> plain = adapter::parse_plain_date_time(text))
    return plain;
  std::string iso = text;
  if (iso.size() > 10 && iso[10] == ' ')
    iso[10] = 'T';
  return adapter::parse_iso_date_time(iso);
}

}  // namespace

std::string contract_checksum(const manifest::Node& node, std::string_view materialized) {
  std::vector<const manifest::Column*> columns;
  for (const manifest::Column& column : node.columns)
    columns.push_back(&column);
  std::sort(columns.begin(), columns.end(),
            [](const auto* a, const auto* b) { return a->name < b->name; });
  std::string text;
  for (const manifest::Column* column : columns) {
    text += "|" + column->name + column->data_type.value_or("None") +
            repr(column->constraints, false);
  }
  if (materialized == "table" || materialized == "incremental") {
    text += materialized;
    text += node.model == nullptr ? "[]" : repr(node.model->constraints, true);
  }
  return base::sha256_hex(text);
}

std::string deprecation_date(const std::string& text) {
  std::optional<adapter::Temporal> read = read_date_time(text);
  if (!read)
    return text;
  if (!read->offset_minutes) {
    read->offset_minutes = base::local_offset_minutes(read->year, read->month, read->day,
                                                      read->hour, read->minute, read->second);
  }
  std::string made = read->date_time_text();
  made[10] = 'T';
  return made;
}

Data time_spine(const Data& given) {
  if (!given.is_map())
    return given;
  DataMap made;
  const Data* column = given.get("standard_granularity_column");
  made.set("standard_granularity_column", column == nullptr ? Data() : *column);
  DataList granularities;
  if (const Data* custom = given.get("custom_granularities"); custom && custom->is_list()) {
    for (const Data& one : custom->as_list()) {
      DataMap granularity;
      for (const char* key : {"name", "column_name"})
        granularity.set(key, one.get(key) == nullptr ? Data() : *one.get(key));
      granularities.emplace_back(std::move(granularity));
    }
  }
  made.set("custom_granularities", Data(std::move(granularities)));
  return Data(std::move(made));
}

}  // namespace weft::parse
