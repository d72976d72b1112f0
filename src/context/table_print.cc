#include "context/table_print.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "context/worker.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

constexpr std::string_view kEllipsis = "...";

std::string cell_text(const Value& value) { return value.is_none() ? "" : value.str(); }

std::string cut(std::string text, size_t width) {
  if (base::utf8_length(text) <= width)
    return text;
  size_t kept = width > kEllipsis.size() ? width - kEllipsis.size() : 0;
  return std::string(base::utf8_prefix(text, kept)) + std::string(kEllipsis);
}

bool is_right_aligned(adapter::ColumnType type) {
  return type == adapter::ColumnType::Integer || type == adapter::ColumnType::Number;
}

std::string pad(const std::string& text, size_t width, bool right) {
  size_t length = base::utf8_length(text);
  std::string blanks(width > length ? width - length : 0, ' ');
  return right ? blanks + text : text + blanks;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos)
    return text;
  return "\"" + base::replace_all(text, "\"", "\"\"") + "\"";
}

std::string csv_text(const TableData& table) {
  std::string out;
  auto line = [&](auto&& field, size_t count) {
    for (size_t i = 0; i < count; ++i)
      out += (i == 0 ? "" : ",") + csv_field(field(i));
    out += "\n";
  };
  line([&](size_t i) { return table.column_names[i]; }, table.column_names.size());
  for (const auto& row : table.rows)
    line([&](size_t i) { return cell_text(row[i]); }, row.size());
  return out;
}

std::string json_text(const TableData& table) {
  base::DataList rows;
  for (const auto& row : table.rows) {
    base::DataMap map;
    for (size_t i = 0; i < row.size(); ++i)
      map.set(table.column_names[i], row[i].to_data());
    rows.emplace_back(std::move(map));
  }
  return base::to_json(base::Data(std::move(rows)));
}

size_t size_argument(const ArgumentReader& reader, size_t index, size_t fallback) {
  const Value* value = reader.find(index);
  if (value == nullptr || !value->is_integer() || value->as_int() < 0)
    return fallback;
  return static_cast<size_t>(value->as_int());
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

std::string table_text(const TableData& table, size_t max_rows, size_t max_columns,
                       size_t max_column_width) {
  size_t columns = std::min(table.column_names.size(), max_columns);
  size_t rows = std::min(table.rows.size(), max_rows);
  bool more_columns = columns < table.column_names.size();
  std::vector<std::vector<std::string>> cells;
  std::vector<std::string> header;
  for (size_t c = 0; c < columns; ++c)
    header.push_back(cut(table.column_names[c], max_column_width));
  if (more_columns)
    header.emplace_back(kEllipsis);
  for (size_t r = 0; r < rows; ++r) {
    std::vector<std::string> line;
    for (size_t c = 0; c < columns; ++c)
      line.push_back(cut(cell_text(table.rows[r][c]), max_column_width));
    if (more_columns)
      line.emplace_back(kEllipsis);
    cells.push_back(std::move(line));
  }
  if (rows < table.rows.size())
    cells.emplace_back(header.size(), std::string(kEllipsis));
  std::vector<size_t> widths;
  for (size_t c = 0; c < header.size(); ++c) {
    size_t width = base::utf8_length(header[c]);
    for (const auto& line : cells)
      width = std::max(width, base::utf8_length(line[c]));
    widths.push_back(width);
  }
  auto write_line = [&](const std::vector<std::string>& line) {
    std::string out = "|";
    for (size_t c = 0; c < line.size(); ++c) {
      bool right = c < columns && is_right_aligned(table.column_types[c]);
      out += " " + pad(line[c], widths[c], right) + " |";
    }
    return out + "\n";
  };
  std::string out = write_line(header) + "|";
  for (size_t width : widths)
    out += " " + std::string(width, '-') + " |";
  out += "\n";
  for (const auto& line : cells)
    out += write_line(line);
  return out;
}

std::optional<Value> print_table_method(Interpreter& interpreter, const TableData& table,
                                        std::string_view name, const Arguments& arguments) {
  if (name == "print_table") {
    ArgumentReader reader(
        interpreter, name, arguments,
        {"max_rows", "max_columns", "output", "locale", "max_column_width", "max_precision"});
    print(table_text(table, size_argument(reader, 0, 20), size_argument(reader, 1, 6),
                     size_argument(reader, 4, 20)));
    return Value::none();
  }
  if (name == "print_csv") {
    print(csv_text(table));
    return Value::none();
  }
  if (name == "print_json") {
    print(json_text(table));
    return Value::none();
  }
  if (name == "print_structure") {
    std::string out;
    for (const std::string& column : table.column_names)
      out += column + "\n";
    print(out);
    return Value::none();
  }
  if (name == "to_csv" || name == "to_json") {
    interpreter.raise("SecurityError",
                      fmt::format("{}() writes files, which templates may not", name));
  }
  return std::nullopt;
}

}  // namespace weft::context
