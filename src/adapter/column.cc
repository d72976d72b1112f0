#include "adapter/column.h"

#include <cstdint>
#include <span>

#include <fmt/format.h>

#include "adapter/relation.h"
#include "base/strings.h"

namespace weft::adapter {
namespace {

constexpr std::string_view kStringTypes[] = {"text", "character varying", "character", "varchar"};
constexpr std::string_view kFloatTypes[] = {"real",   "float4", "float", "double precision",
                                            "float8", "double"};
constexpr std::string_view kIntegerTypes[] = {"smallint", "integer",   "bigint",  "smallserial",
                                              "serial",   "bigserial", "int2",    "int4",
                                              "int8",     "serial2",   "serial4", "serial8"};
constexpr std::string_view kNumericTypes[] = {"numeric", "decimal"};
/// dbt's size for strings that have none.
constexpr int kUnsizedString = 256;

bool is_one_of(std::string_view dtype, std::span<const std::string_view> names) {
  for (std::string_view name : names) {
    if (base::equal_ignoring_case(dtype, name))
      return true;
  }
  return false;
}

std::optional<int> to_int(std::string_view text) {
  std::optional<int64_t> number = base::parse_int(base::trim(text));
  if (!number || *number > INT32_MAX || *number < INT32_MIN)
    return std::nullopt;
  return static_cast<int>(*number);
}

}  // namespace

std::string Column::quoted() const { return quote_identifier(name); }

std::string Column::data_type() const {
  if (base::equal_ignoring_case(dtype, "text") ||
      (base::equal_ignoring_case(dtype, "character varying") && !char_size))
    return dtype;
  if (is_string())
    return string_type(string_size());
  if (is_numeric() && numeric_precision && numeric_scale)
    return fmt::format("{}({},{})", dtype, *numeric_precision, *numeric_scale);
  return dtype;
}

bool Column::is_string() const { return is_one_of(dtype, kStringTypes); }
bool Column::is_number() const { return is_integer() || is_numeric() || is_float(); }
bool Column::is_numeric() const { return is_one_of(dtype, kNumericTypes); }
bool Column::is_integer() const { return is_one_of(dtype, kIntegerTypes); }
bool Column::is_float() const { return is_one_of(dtype, kFloatTypes); }

int Column::string_size() const {
  return dtype == "text" || !char_size ? kUnsizedString : *char_size;
}

bool Column::can_expand_to(const Column& other) const {
  return is_string() && other.is_string() && other.string_size() > string_size();
}

std::optional<Column> column_from_description(std::string_view name, std::string_view raw_type) {
  size_t open = raw_type.find('(');
  if (open == 0 || raw_type.empty())
    return std::nullopt;
  Column column;
  column.name = name;
  column.dtype = raw_type.substr(0, open);
  size_t close = open == std::string_view::npos ? open : raw_type.find(')', open);
  if (close == std::string_view::npos || close == open + 1)
    return column;
  std::vector<std::string_view> sizes =
      base::split(raw_type.substr(open + 1, close - open - 1), ',');
  if (sizes.size() == 1) {
    column.char_size = to_int(sizes[0]);
    if (!column.char_size)
      return std::nullopt;
  } else if (sizes.size() == 2) {
    column.numeric_precision = to_int(sizes[0]);
    column.numeric_scale = to_int(sizes[1]);
    if (!column.numeric_precision || !column.numeric_scale)
      return std::nullopt;
  }
  return column;
}

std::string string_type(int size) { return fmt::format("character varying({})", size); }

std::string translate_type(std::string_view type) {
  return base::equal_ignoring_case(type, "STRING") ? "TEXT" : std::string(type);
}

}  // namespace weft::adapter
