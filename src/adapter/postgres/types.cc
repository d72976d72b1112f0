#include "adapter/postgres/types.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "adapter/decimal.h"
#include "adapter/postgres/array_text.h"
#include "base/json.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

/// How the text of a type becomes a cell.
enum class Reading : uint8_t {
  Text,
  Integer,
  Float,
  Numeric,
  Boolean,
  Date,
  Timestamp,
  Time,
  Interval,
  Json,
  Range,
  Array,
};

struct TypeInfo {
  const char* name;
  Reading reading;
  ElementKind element = ElementKind::Text;
};

/// What psycopg2 registers, by type oid of PostgreSQL's pg_type.dat.
const std::unordered_map<uint32_t, TypeInfo>& known_types() {
  using R = Reading;
  using E = ElementKind;
  static const std::unordered_map<uint32_t, TypeInfo> types = {
      {20, {"LONGINTEGER", R::Integer}},
      {21, {"INTEGER", R::Integer}},
      {23, {"INTEGER", R::Integer}},
      {26, {"ROWID", R::Integer}},
      {700, {"FLOAT", R::Float}},
      {701, {"FLOAT", R::Float}},
      {1700, {"DECIMAL", R::Numeric}},
      {18, {"STRING", R::Text}},
      {19, {"STRING", R::Text}},
      {25, {"STRING", R::Text}},
      {1042, {"STRING", R::Text}},
      {1043, {"STRING", R::Text}},
      {705, {"UNKNOWN", R::Text}},
      {17, {"BINARY", R::Text}},
      {16, {"BOOLEAN", R::Boolean}},
      {1082, {"DATE", R::Date}},
      {1114, {"DATETIME", R::Timestamp}},
      {1184, {"DATETIMETZ", R::Timestamp}},
      {1083, {"TIME", R::Time}},
      {1266, {"TIME", R::Time}},
      {704, {"INTERVAL", R::Interval}},
      {1186, {"INTERVAL", R::Interval}},
      {114, {"JSON", R::Json}},
      {3802, {"JSONB", R::Json}},
      {3904, {"type", R::Range}},
      {3906, {"type", R::Range}},
      {3926, {"type", R::Range}},
      {3912, {"daterange", R::Range}},
      {3908, {"tsrange", R::Range}},
      {3910, {"tstzrange", R::Range}},
      {1016, {"LONGINTEGERARRAY", R::Array, E::Integer}},
      {1005, {"INTEGERARRAY", R::Array, E::Integer}},
      {1006, {"INTEGERARRAY", R::Array, E::Integer}},
      {1007, {"INTEGERARRAY", R::Array, E::Integer}},
      {1028, {"ROWIDARRAY", R::Array, E::Integer}},
      {1013, {"ROWIDARRAY", R::Array, E::Integer}},
      {1021, {"FLOATARRAY", R::Array, E::Float}},
      {1022, {"FLOATARRAY", R::Array, E::Float}},
      {1231, {"DECIMALARRAY", R::Array, E::Float}},
      {1002, {"STRINGARRAY", R::Array, E::Text}},
      {1003, {"STRINGARRAY", R::Array, E::Text}},
      {1009, {"STRINGARRAY", R::Array, E::Text}},
      {1014, {"STRINGARRAY", R::Array, E::Text}},
      {1015, {"STRINGARRAY", R::Array, E::Text}},
      {1000, {"BOOLEANARRAY", R::Array, E::Boolean}},
      {1182, {"DATEARRAY", R::Array, E::Text}},
      {1115, {"DATETIMEARRAY", R::Array, E::DateTime}},
      {1185, {"DATETIMETZARRAY", R::Array, E::DateTime}},
      {1183, {"TIMEARRAY", R::Array, E::Text}},
      {1270, {"TIMEARRAY", R::Array, E::Text}},
      {1187, {"INTERVALARRAY", R::Array, E::Interval}},
      {1001, {"BINARYARRAY", R::Array, E::Text}},
      {1041, {"INETARRAY", R::Array, E::Text}},
      {651, {"CIDRARRAY", R::Array, E::Text}},
      {1040, {"MACADDRARRAY", R::Array, E::Text}},
      {199, {"JSONARRAY", R::Array, E::Json}},
      {3807, {"JSONBARRAY", R::Array, E::Json}},
      {3905, {"typeARRAY", R::Text}},
      {3907, {"typeARRAY", R::Text}},
      {3927, {"typeARRAY", R::Text}},
      {3913, {"daterangeARRAY", R::Text}},
      {3909, {"tsrangeARRAY", R::Text}},
      {3911, {"tstzrangeARRAY", R::Text}},
  };
  return types;
}

Cell text_cell(std::string text) {
  Cell cell;
  cell.kind = Cell::Kind::Text;
  cell.text = std::move(text);
  return cell;
}

Cell number_cell(std::string_view text) {
  Cell cell;
  cell.kind = Cell::Kind::Number;
  std::optional<Decimal> number = parse_decimal(text);
  cell.text = number ? number->str() : std::string(text);
  return cell;
}

Cell float_cell(double value) { return number_cell(base::format_float(value)); }

Cell integer_cell(std::string_view text) {
  std::optional<int64_t> number = base::parse_int(text);
  if (!number)
    return number_cell(text);
  Cell cell;
  cell.kind = Cell::Kind::Integer;
  cell.integer = *number;
  return cell;
}

Cell boolean_cell(bool value) {
  Cell cell;
  cell.kind = Cell::Kind::Bool;
  cell.boolean = value;
  return cell;
}

/// Python's dates end with the year 9999; psycopg2 shows the infinities as the last and first
/// moment.
Cell date_cell(std::string_view text) {
  Cell cell = text_cell(std::string(text));
  if (text == "infinity" || text == "-infinity")
    cell.text = text[0] == '-' ? "0001-01-01" : "9999-12-31";
  if (cell.text.size() == 10)
    cell.kind = Cell::Kind::Date;
  return cell;
}

Cell timestamp_cell(std::string_view text) {
  Cell cell = text_cell(std::string(text));
  if (text == "infinity" || text == "-infinity")
    cell.text = text[0] == '-' ? "0001-01-01 00:00:00" : "9999-12-31 23:59:59.999999";
  std::string& iso = cell.text;
  if (iso.size() < 19 || iso[4] != '-' || iso[10] != ' ' || base::ends_with(iso, "BC"))
    return cell;
  cell.kind = Cell::Kind::DateTime;
  size_t zone = iso.find_first_of("+-", 19);
  std::string offset = zone == std::string::npos ? "" : iso.substr(zone);
  iso.resize(std::min(zone, iso.size()));
  // Python writes all six digits of a fraction, and minutes with every offset.
  if (iso.size() > 19)
    iso.resize(26, '0');
  if (offset.size() == 3)
    offset += ":00";
  iso += offset;
  return cell;
}

std::string time_text(std::string_view text) {
  size_t zone = text.find_first_of("+-");
  std::string out(text.substr(0, zone));
  if (out.size() > 8)
    out.resize(15, '0');
  if (zone != std::string_view::npos) {
    out += text.substr(zone);
    if (text.size() - zone == 3)
      out += ":00";
  }
  return out;
}

Cell json_cell(std::string_view text) {
  std::variant<base::Data, base::JsonError> read = base::parse_json(text);
  const base::Data* data = std::get_if<base::Data>(&read);
  if (data == nullptr)
    return text_cell(std::string(text));
  switch (data->kind()) {
    case base::Data::Kind::Null:
      return {};
    case base::Data::Kind::Bool:
      return boolean_cell(data->as_bool());
    case base::Data::Kind::Int:
      return integer_cell(fmt::to_string(data->as_int()));
    case base::Data::Kind::Float:
      // An integer beyond 64 bits keeps its digits.
      return text.find_first_of(".eE") == std::string_view::npos ? number_cell(text)
                                                                 : float_cell(data->as_float());
    case base::Data::Kind::String:
      return text_cell(data->as_string());
    default:
      return text_cell(base::to_json(*data, true));
  }
}

Cell float_text_cell(std::string_view text) {
  std::optional<double> number = base::parse_float(text);
  return number ? float_cell(*number) : number_cell(text);
}

Cell to_cell(std::string_view text, const TypeInfo& type) {
  switch (type.reading) {
    case Reading::Integer:
      return integer_cell(text);
    case Reading::Float:
      return float_text_cell(text);
    case Reading::Numeric:
      return number_cell(text);
    case Reading::Boolean:
      return boolean_cell(text == "t");
    case Reading::Date:
      return date_cell(text);
    case Reading::Timestamp:
      return timestamp_cell(text);
    case Reading::Time:
      return text_cell(time_text(text));
    case Reading::Interval:
      return text_cell(interval_text(text).value_or(std::string(text)));
    case Reading::Json:
      return json_cell(text);
    case Reading::Range:
      return text_cell(range_text(text));
    case Reading::Array:
      return text_cell(array_to_json(text, type.element).value_or(std::string(text)));
    case Reading::Text:
      break;
  }
  return text_cell(std::string(text));
}

/// str() of the value, for a cell in a column of texts.
void make_text(Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::Null:
      return;
    case Cell::Kind::Bool:
      cell.text = cell.boolean ? "True" : "False";
      break;
    case Cell::Kind::Integer:
      cell.text = fmt::to_string(cell.integer);
      break;
    default:
      break;
  }
  cell.kind = Cell::Kind::Text;
}

bool is_truth(const Cell& cell) {
  return cell.kind == Cell::Kind::Bool ||
         (cell.kind == Cell::Kind::Integer && (cell.integer == 0 || cell.integer == 1));
}

/// The first of agate's types, in dbt's order, that takes every cell of the column; the cells
/// become it.
ColumnType unify(Table& table, size_t column) {
  size_t counts[8] = {};
  bool only_truths = true;
  for (std::vector<Cell>& row : table.rows) {
    ++counts[static_cast<size_t>(row[column].kind)];
    only_truths = only_truths && (row[column].kind == Cell::Kind::Null || is_truth(row[column]));
  }
  auto count = [&](Cell::Kind kind) { return counts[static_cast<size_t>(kind)]; };
  size_t values = table.rows.size() - count(Cell::Kind::Null);
  size_t integers = count(Cell::Kind::Integer), numbers = count(Cell::Kind::Number);
  if (integers == values)
    return ColumnType::Integer;
  if (integers + numbers == values) {
    for (std::vector<Cell>& row : table.rows) {
      if (row[column].kind == Cell::Kind::Integer)
        row[column] = number_cell(fmt::to_string(row[column].integer));
    }
    return ColumnType::Number;
  }
  if (count(Cell::Kind::Date) == values)
    return ColumnType::Date;
  if (count(Cell::Kind::DateTime) == values)
    return ColumnType::DateTime;
  if (only_truths) {
    for (std::vector<Cell>& row : table.rows) {
      if (row[column].kind == Cell::Kind::Integer)
        row[column] = boolean_cell(row[column].integer == 1);
    }
    return ColumnType::Boolean;
  }
  for (std::vector<Cell>& row : table.rows)
    make_text(row[column]);
  return ColumnType::Text;
}

/// Names as dbt makes them, and for each column the one its values come from: dbt collects a row in
/// a dict, so that columns whose numbered names collide all show the last one.
struct Naming {
  std::vector<std::string> names;
  std::vector<int> sources;
};

Naming name_columns(const PGresult* result) {
  Naming naming;
  std::unordered_map<std::string, int> seen, last;
  for (int c = 0; c < PQnfields(result); ++c) {
    std::string name = PQfname(result, c);
    int& number = seen[name];
    if (++number > 1)
      name = fmt::format("{}_{}", name, number);
    last[name] = c;
    naming.names.push_back(std::move(name));
  }
  for (const std::string& name : naming.names)
    naming.sources.push_back(last[name]);
  naming.names = unique_column_names(std::move(naming.names));
  return naming;
}

}  // namespace

Table to_table(const pg_result* result, int64_t limit, bool raw) {
  static const TypeInfo kText{"STRING", Reading::Text};
  Table table;
  Naming naming = name_columns(result);
  table.column_names = std::move(naming.names);
  size_t columns = table.column_names.size();
  std::vector<TypeInfo> types(columns, kText);
  for (size_t c = 0; c < columns; ++c) {
    auto found = known_types().find(PQftype(result, naming.sources[c]));
    if (!raw && found != known_types().end())
      types[c] = found->second;
  }
  int rows = PQntuples(result);
  if (limit >= 0 && limit < rows)
    rows = static_cast<int>(limit);
  table.rows.assign(static_cast<size_t>(rows), std::vector<Cell>(columns));
  for (int r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      int source = naming.sources[c];
      if (PQgetisnull(result, r, source))
        continue;
      std::string_view text(PQgetvalue(result, r, source),
                            static_cast<size_t>(PQgetlength(result, r, source)));
      table.rows[static_cast<size_t>(r)][c] = to_cell(text, types[c]);
    }
  }
  for (size_t c = 0; c < columns; ++c)
    table.column_types.push_back(raw ? ColumnType::Text : unify(table, c));
  return table;
}

std::string type_name(uint32_t oid) {
  auto found = known_types().find(oid);
  return found == known_types().end() ? fmt::format("unknown type_code {}", oid)
                                      : std::string(found->second.name);
}

}  // namespace weft::adapter::postgres
