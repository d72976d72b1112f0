// ColumnGuess: which type a column of a CSV file gets, value by value, as agate's tester decides it
// for dbt: the first type, in a fixed order, that reads every value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/decimal.h"
#include "adapter/table.h"

namespace weft::adapter {

class ColumnGuess {
 public:
  /// Text whatever the values are (column_types).
  void force_text() { candidates_ = kText; }
  /// One value of a record that has this column. Records that end before it are not counted.
  void look_at(std::string_view value);

  ColumnType type() const;
  /// The type of a seed's column: integer, bigint or float8 for numbers, and so on.
  std::string sql_type() const;
  /// True when a value has an offset from UTC.
  bool has_time_zone() const { return has_time_zone_; }

 private:
  enum : uint8_t {
    kInteger = 1,
    kNumber = 2,
    kDate = 4,
    kDateTime = 8,
    kIso = 16,
    kBoolean = 32,
    kText = 64,
  };

  void look_at_number(std::string_view stripped);
  void count_simple_places(std::string_view number);
  void count_places(const Decimal& number);

  uint8_t candidates_ = kInteger | kNumber | kDate | kDateTime | kIso | kBoolean | kText;
  bool has_time_zone_ = false;
  int64_t whole_places_ = 1, decimal_places_ = 0;
  /// A number does not fit integer, or not bigint either.
  bool exceeds_int32_ = false, exceeds_int64_ = false;
};

/// The type of a seed's column of this type, as far as it does not depend on the values.
std::string plain_sql_type(ColumnType type);

/// One guess a column; those named in `text_columns` are text.
std::vector<ColumnGuess> guesses_for(const std::vector<std::string>& names,
                                     const std::vector<std::string>& text_columns);
/// "row 3 has 5 values, the header has 4 columns".
std::string long_row_message(size_t row, size_t values, size_t columns);

/// The value as the cell of a column of this type. It must be one that look_at() accepted for it.
Cell typed_cell(ColumnType type, std::string_view value);

/// True and the cell's boolean, for `true` and `false` in any case, commas and blanks left out.
bool parse_agate_boolean(std::string_view value, bool& result);

}  // namespace weft::adapter
