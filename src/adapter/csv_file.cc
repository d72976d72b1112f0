#include "adapter/csv_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "adapter/column_guess.h"
#include "adapter/table.h"

namespace weft::adapter {

diag::Diagnostic csv_problem(const std::string& path, int64_t row, const std::string& what) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::SeedInvalid;
  diagnostic.message = fmt::format("row {} of seed `{}` {}", row, path, what);
  return diagnostic;
}

diag::Result<ByteSource> bytes_of_file(const std::string& path) {
  std::shared_ptr<FILE> file(std::fopen(path.c_str(), "rbe"), [](FILE* open) {
    if (open != nullptr)
      std::fclose(open);
  });
  if (!file) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::FileUnreadable;
    diagnostic.message = fmt::format("seed `{}` cannot be read: {}", path, std::strerror(errno));
    return diagnostic;
  }
  return ByteSource([file](char* to, size_t size) { return std::fread(to, 1, size, file.get()); });
}

diag::Result<CsvScan> scan_csv(const std::string& path, const CsvOptions& options) {
  diag::Result<ByteSource> bytes = bytes_of_file(path);
  if (!bytes)
    return bytes.error();
  CsvReader reader(std::move(*bytes), options.delimiter);
  std::vector<std::string_view> fields;
  CsvScan scan;
  if (!reader.next(fields) && reader.problem().message.empty())
    return csv_problem(path, 0, "is missing: the file is empty, a header was expected");
  scan.column_names = unique_column_names({fields.begin(), fields.end()});
  std::vector<ColumnGuess> guesses = guesses_for(scan.column_names, options.text_columns);
  while (!options.header_only && reader.next(fields)) {
    ++scan.rows;
    if (fields.size() > guesses.size()) {
      return csv_problem(
          path, scan.rows,
          fmt::format("has {} values, the header has {} columns", fields.size(), guesses.size()));
    }
    for (size_t i = 0; i < fields.size(); ++i)
      guesses[i].look_at(fields[i]);
  }
  if (!reader.problem().message.empty())
    return csv_problem(path, scan.rows + 1, "has " + reader.problem().message);
  for (const ColumnGuess& guess : guesses) {
    scan.column_types.push_back(guess.type());
    scan.sql_types.push_back(guess.sql_type());
    scan.has_time_zone.push_back(guess.has_time_zone());
  }
  return scan;
}

}  // namespace weft::adapter
