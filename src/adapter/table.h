// Table: rows in memory with agate's column types, as query results and seeds reach templates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.h"
#include "diag/source.h"

namespace weft::adapter {

enum class ColumnType : uint8_t { Integer, Number, Boolean, Date, DateTime, Time, TimeDelta, Text };

/// A typed cell. Text holds strings, decimals ("1.10"), dates and datetimes in ISO form.
struct Cell {
  enum class Kind : uint8_t { Null, Bool, Integer, Number, Date, DateTime, Text };
  Kind kind = Kind::Null;
  bool boolean = false;
  int64_t integer = 0;
  std::string text;
};

struct Table {
  std::vector<std::string> column_names;
  std::vector<ColumnType> column_types;
  std::vector<std::vector<Cell>> rows;
};

/// Duplicate names get _2, _3, ...; empty names become letters, as agate does.
std::vector<std::string> unique_column_names(std::vector<std::string> names);

/// The type dbt gives a seed column of this agate type: integer or float8 for numbers, and so on.
std::string seed_column_type(const Table& table, size_t column);

struct CsvOptions {
  char delimiter = ',';
  /// Columns that stay text whatever they look like (keys of column_types).
  std::vector<std::string> text_columns;
  /// Only the header counts (--empty).
  bool header_only = false;
};

/// Reads CSV text with agate's rules for types and nulls (dbt-inventory 3.5). Bad input is an error
/// with row and place: unterminated quotes, NUL bytes, bytes that are no UTF-8, rows longer than
/// the header.
diag::Result<Table> read_csv(diag::SourceId source, const diag::Sources& sources,
                             const CsvOptions& options);

/// What a CSV file holds, without its rows: the names of read_csv(), its types and
/// seed_column_type().
struct CsvScan {
  std::vector<std::string> column_names;
  std::vector<ColumnType> column_types;
  std::vector<std::string> sql_types;
  /// Some value of the column has an offset from UTC.
  std::vector<bool> has_time_zone;
  int64_t rows = 0;
};

/// Looks through the file once, in memory that does not grow with it. Fails as read_csv() does; the
/// diagnostic has no span, the message names row and file.
diag::Result<CsvScan> scan_csv(const std::string& path, const CsvOptions& options);

}  // namespace weft::adapter
