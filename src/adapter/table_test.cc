#include "adapter/table.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "adapter/csv_reader.h"
#include "adapter/decimal.h"
#include "adapter/temporal.h"

namespace weft::adapter {
namespace {

diag::Result<Table> read(const std::string& text, const CsvOptions& options = {}) {
  diag::Sources sources;
  diag::SourceId id = sources.add("seeds/x.csv", text);
  return read_csv(id, sources, options);
}

std::string shown(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::Null:
      return "None";
    case Cell::Kind::Bool:
      return cell.boolean ? "True" : "False";
    case Cell::Kind::Integer:
      return std::to_string(cell.integer);
    default:
      return cell.text;
  }
}

/// The one column of the rows, and its type's name in a seed, as "integer: 1 2 None".
std::string column(const std::string& rows) {
  diag::Result<Table> table = read("a\n" + rows);
  if (!table)
    return table.error().message;
  std::string out = seed_column_type(*table, 0) + ":";
  for (const std::vector<Cell>& row : table->rows)
    out += " " + shown(row[0]);
  return out;
}

TEST_CASE("numbers of a seed are cleaned as agate cleans them", "[table]") {
  CHECK(column("005\n\"1,000\"\n-7\n") == "integer: 5 1000 -7");
  CHECK(column("$1.50\n\" 3 \"\n5%\n") == "float8: 1.50 3 5");
  CHECK(column("5.00\n6\n") == "integer: 5.00 6");
  CHECK(column("--5\n€7\n") == "integer: 5 7");
  CHECK(column("1e3\n") == "integer: 1E+3");
  CHECK(column("3000000000\n") == "bigint: 3000000000");
  CHECK(column("1-2\n") == "text: 1-2");
  CHECK(column("٣\n") == "integer: 3");
}

TEST_CASE("null, blank and short values have no value in any type", "[table]") {
  CHECK(column("1\nnull\n\n NULL \n") == "integer: 1 None None None");
  CHECK(column("\n\n") == "integer: None None");
  CHECK(column("x\n NULL \n") == "text: x None");
  CHECK(column("true\nFalse\n\" TRUE \"\n") == "boolean: True False True");
}

TEST_CASE("dates and datetimes have few forms", "[table]") {
  CHECK(column("2026-1-5\n2026-12-31\n") == "date: 2026-01-05 2026-12-31");
  CHECK(column("2026-02-30\n") == "text: 2026-02-30");
  CHECK(column("2026-01-05 1:02:03\n") == "timestamp without time zone: 2026-01-05 01:02:03");
  CHECK(column("2026-01-05T01:02:03.5+02:00\n") ==
        "timestamp without time zone: 2026-01-05 01:02:03.500000+02:00");
  CHECK(column("2026-W01-1T12\n") == "timestamp without time zone: 2025-12-29 12:00:00");
  CHECK(column("2026-01-05\n2026-01-05 00:00:00\n") == "text: 2026-01-05 2026-01-05 00:00:00");
}

TEST_CASE("the csv format is Python's", "[table]") {
  diag::Result<Table> table = read(
      "\xef\xbb\xbf"
      "a,a,,b\r\n\"x,\"\"y\"\"\",1\r\n\r\n\"p\r\nq\"r,2,3,4");
  REQUIRE(table.ok());
  CHECK(table->column_names == std::vector<std::string>{"a", "a_2", "c", "b"});
  REQUIRE(table->rows.size() == 3);
  CHECK(table->rows[0][0].text == "x,\"y\"");
  CHECK(table->rows[0][2].kind == Cell::Kind::Null);
  CHECK(table->rows[1][0].kind == Cell::Kind::Null);
  CHECK(table->rows[2][0].text == "p\nqr");
}

TEST_CASE("bad csv is an error that names the row", "[table]") {
  CHECK(read("a\n1\n\"open\n2\n").error().message ==
        "row 2 of seed `seeds/x.csv` has a quoted field that never ends");
  CHECK(read(std::string("a\nx\0y\n", 6)).error().message ==
        "row 1 of seed `seeds/x.csv` has a NUL byte");
  CHECK(read("a\n\xff\n").error().message ==
        "row 1 of seed `seeds/x.csv` has bytes that are not UTF-8");
  CHECK(read("a\n1,2\n").error().message == "row 1 has 2 values, the header has 1 columns");
  CHECK_FALSE(read("").ok());
}

TEST_CASE("options of reading", "[table]") {
  CsvOptions options;
  options.delimiter = ';';
  options.text_columns = {"a"};
  diag::Result<Table> table = read("a;b\n05;06\n", options);
  REQUIRE(table.ok());
  CHECK(table->rows[0][0].text == "05");
  CHECK(table->column_types[1] == ColumnType::Number);
  options.header_only = true;
  CHECK(read("a;b\n05;06\n", options)->rows.empty());
}

TEST_CASE("duplicate names get numbers without a quadratic search", "[table]") {
  CHECK(unique_column_names({"a", "a", "a_2", "a", ""}) ==
        std::vector<std::string>{"a", "a_2", "a_2_2", "a_3", "e"});
  std::vector<std::string> many(20'000, "x");
  CHECK(unique_column_names(many).back() == "x_20000");
}

TEST_CASE("records longer than the reader's buffer, cut at any place, read the same", "[table]") {
  std::string text = "a,b\n";
  for (int i = 0; i < 3000; ++i)
    text += "\"line\r\nwith \"\"quotes\"\" " + std::to_string(i) + "\",é\r\n";
  text += "\"" + std::string(600'000, 'z') + "\",end";
  for (size_t step : {size_t{1000}, size_t{7}, text.size()}) {
    size_t at = 0;
    CsvReader reader(
        [&](char* to, size_t size) {
          size_t count = std::min({size, step, text.size() - at});
          text.copy(to, count, at);
          at += count;
          return count;
        },
        ',');
    std::vector<std::string_view> fields;
    size_t rows = 0, bytes = 0;
    while (reader.next(fields)) {
      ++rows;
      bytes += fields.at(0).size();
    }
    CHECK(reader.problem().message.empty());
    CHECK(rows == 3002);
    CHECK(fields.empty() == false);
    CHECK(bytes > 600'000);
  }
}

TEST_CASE("decimals print as Python's", "[decimal]") {
  CHECK(parse_decimal("0.00000001")->str() == "1E-8");
  CHECK(parse_decimal("1.10")->str() == "1.10");
  CHECK(parse_decimal("-0")->str() == "-0");
  CHECK(parse_decimal("1e+20")->str() == "1E+20");
  CHECK(parse_decimal("1_000.5")->str() == "1000.5");
  CHECK_FALSE(parse_decimal("1.2.3"));
  CHECK_FALSE(parse_decimal("snan"));
  CHECK(parse_agate_number("12345678901234567890123456785")->str() ==
        "1.234567890123456789012345678E+28");
  CHECK(parse_agate_number("1E+2")->plain() == "100");
  CHECK(parse_agate_number("2.500")->plain() == "2.5");
}

std::string from_hex(const std::string& hex) {
  std::string text;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    text += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return text;
}

/// testdata/make_agate_columns.py made the cases with agate and dbt's own table reader.
TEST_CASE("generated columns read as agate reads them", "[table][oracle]") {
  std::ifstream cases(std::string(WEFT_TESTDATA) + "/agate_columns.txt");
  REQUIRE(cases.is_open());
  std::string text, want;
  int checked = 0, wrong = 0;
  while (cases >> text >> want) {
    text = from_hex(text);
    want = from_hex(want);
    std::string have;
    diag::Result<Table> table = read("a\n" + text);
    if (table.ok()) {
      have = seed_column_type(*table, 0);
      for (const std::vector<Cell>& row : table->rows)
        have += "\x1f" + shown(row[0]);
    }
    ++checked;
    if (have != want && ++wrong < 40)
      UNSCOPED_INFO(text << "have " << have << "\nwant " << want);
  }
  CHECK(wrong == 0);
  CHECK(checked > 3000);
}

}  // namespace
}  // namespace weft::adapter
