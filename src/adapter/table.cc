#include "adapter/table.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "adapter/column_guess.h"
#include "adapter/csv_reader.h"

namespace weft::adapter {
namespace {

/// The name agate gives the nameless column at this place: a, b, ..., z, aa, bb, ...
std::string letter_name(size_t index) {
  return std::string(index / 26 + 1, static_cast<char>('a' + index % 26));
}

diag::Diagnostic csv_error(diag::SourceId source, uint64_t offset, std::string message) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::SeedInvalid;
  diagnostic.message = std::move(message);
  uint32_t at = static_cast<uint32_t>(std::min<uint64_t>(offset, UINT32_MAX));
  diagnostic.span = {source, at, at};
  return diagnostic;
}

/// The file before its types are known.
struct RawRows {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
};

diag::Result<RawRows> read_rows(diag::SourceId source, const diag::SourceText& text,
                                const CsvOptions& options, std::vector<ColumnGuess>& guesses) {
  CsvReader reader(bytes_of(text.text), options.delimiter);
  std::vector<std::string_view> fields;
  RawRows raw;
  if (!reader.next(fields) && reader.problem().message.empty())
    return csv_error(source, 0,
                     fmt::format("seed `{}` is empty, a header was expected", text.path));
  raw.names = unique_column_names({fields.begin(), fields.end()});
  guesses = guesses_for(raw.names, options.text_columns);
  while (!options.header_only && reader.next(fields)) {
    if (fields.size() > raw.names.size()) {
      return csv_error(source, reader.record_offset(),
                       long_row_message(raw.rows.size() + 1, fields.size(), raw.names.size()));
    }
    for (size_t i = 0; i < fields.size(); ++i)
      guesses[i].look_at(fields[i]);
    raw.rows.emplace_back(fields.begin(), fields.end());
  }
  if (!reader.problem().message.empty()) {
    return csv_error(source, reader.problem().offset,
                     fmt::format("row {} of seed `{}` has {}", raw.rows.size() + 1, text.path,
                                 reader.problem().message));
  }
  return raw;
}

}  // namespace

std::vector<std::string> unique_column_names(std::vector<std::string> names) {
  std::unordered_set<std::string> taken;
  // The number to try next for a name that came before; smaller ones are known to be taken.
  std::unordered_map<std::string, size_t> next_number;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty())
      names[i] = letter_name(i);
    std::string unique = names[i];
    size_t& number = next_number.try_emplace(names[i], 2).first->second;
    while (!taken.insert(unique).second)
      unique = fmt::format("{}_{}", names[i], number++);
    names[i] = std::move(unique);
  }
  return names;
}

std::string seed_column_type(const Table& table, size_t column) {
  ColumnType type = table.column_types.at(column);
  if (type != ColumnType::Integer && type != ColumnType::Number)
    return plain_sql_type(type);
  ColumnGuess guess;
  for (const std::vector<Cell>& row : table.rows) {
    const Cell& cell = row[column];
    if (cell.kind == Cell::Kind::Integer)
      guess.look_at(std::to_string(cell.integer));
    else if (cell.kind == Cell::Kind::Number)
      guess.look_at(cell.text);
  }
  return guess.sql_type();
}

diag::Result<Table> read_csv(diag::SourceId source, const diag::Sources& sources,
                             const CsvOptions& options) {
  const diag::SourceText& text = sources.get(source);
  std::vector<ColumnGuess> guesses;
  diag::Result<RawRows> raw = read_rows(source, text, options, guesses);
  if (!raw)
    return raw.error();
  Table table;
  table.column_names = std::move(raw->names);
  for (const ColumnGuess& guess : guesses)
    table.column_types.push_back(guess.type());
  table.rows.reserve(raw->rows.size());
  for (const std::vector<std::string>& fields : raw->rows) {
    std::vector<Cell>& row = table.rows.emplace_back(table.column_names.size());
    for (size_t i = 0; i < fields.size(); ++i)
      row[i] = typed_cell(table.column_types[i], fields[i]);
  }
  return table;
}

}  // namespace weft::adapter
