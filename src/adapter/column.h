// Column: a column of a relation, as dbt's Column class describes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::adapter {

struct Column {
  std::string name;
  /// As information_schema names it: "character varying", "numeric", "integer".
  std::string dtype;
  std::optional<int> char_size, numeric_precision, numeric_scale;

  std::string quoted() const;
  /// With its size: "character varying(10)", "numeric(10,2)".
  std::string data_type() const;
  bool is_string() const;
  bool is_number() const;
  bool is_numeric() const;
  bool is_integer() const;
  bool is_float() const;
  /// Size of a text type, 256 when it has none, as dbt says. Only for strings.
  int string_size() const;
  bool can_expand_to(const Column& other) const;
};

/// From a raw type such as "varchar(10)"; nothing when it cannot be read.
std::optional<Column> column_from_description(std::string_view name, std::string_view raw_type);
/// "character varying(n)".
std::string string_type(int size);
/// dbt's translate_type: STRING becomes TEXT, the rest is kept.
std::string translate_type(std::string_view type);

}  // namespace weft::adapter
