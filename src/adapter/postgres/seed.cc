#include "adapter/postgres/seed.h"

#include <cctype>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "adapter/column_guess.h"
#include "adapter/csv_file.h"
#include "adapter/csv_reader.h"
#include "adapter/decimal.h"
#include "adapter/postgres/copy_rights.h"
#include "adapter/python_text.h"
#include "adapter/table.h"
#include "adapter/temporal.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

constexpr size_t kChunk = size_t{1} << 17;

/// Appends a value in COPY's text format.
void append_escaped(std::string& out, std::string_view text) {
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c != '\\' && c != '\n' && c != '\t' && c != '\r')
      continue;
    out.append(text, plain, i - plain);
    out += '\\';
    out += c == '\n' ? 'n' : c == '\t' ? 't' : c == '\r' ? 'r' : '\\';
    plain = i + 1;
  }
  out.append(text, plain);
}

bool is_whole_type(std::string_view sql_type) {
  return sql_type == "integer" || sql_type == "bigint";
}

/// True when the text has a digit where the pattern has a 0, and elsewhere what the pattern has.
bool has_shape(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size())
    return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (pattern[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != pattern[i])
      return false;
  }
  return true;
}

class SeedWriter {
 public:
  SeedWriter(CsvReader reader, std::vector<ColumnType> types, std::vector<bool> whole)
      : reader_(std::move(reader)), types_(std::move(types)), whole_(std::move(whole)) {}

  /// The next rows in COPY's text format; nothing at the end and after a problem.
  std::optional<std::string> next_chunk() {
    std::string out;
    out.reserve(kChunk + kChunk / 4);
    while (out.size() < kChunk && reader_.next(fields_))
      append_row(out);
    return out.empty() ? std::nullopt : std::optional(std::move(out));
  }
  const CsvProblem& problem() const { return reader_.problem(); }

 private:
  void append_row(std::string& out) {
    for (size_t i = 0; i < types_.size(); ++i) {
      if (i > 0)
        out += '\t';
      if (i < fields_.size())
        append_value(out, i, fields_[i]);
      else
        out += "\\N";
    }
    out += '\n';
  }

  void append_value(std::string& out, size_t column, std::string_view value) {
    if (types_[column] == ColumnType::Number && is_simple_number(value) &&
        (!whole_[column] || value.find('.') == std::string_view::npos)) {
      out += value;
      return;
    }
    std::string_view stripped = python_strip(value);
    if (is_null_word(stripped)) {
      out += "\\N";
      return;
    }
    switch (types_[column]) {
      case ColumnType::Number:
        out += parse_agate_number(stripped).value_or(Decimal{}).plain();
        return;
      case ColumnType::Date:
        if (has_shape(stripped, "0000-00-00")) {
          out += stripped;
          return;
        }
        break;
      case ColumnType::DateTime:
        if (has_shape(stripped, "0000-00-00 00:00:00")) {
          out += stripped;
          return;
        }
        break;
      case ColumnType::Boolean:
        break;
      default:
        append_escaped(out, value);
        return;
    }
    append_cell(out, typed_cell(types_[column], value));
  }

  static void append_cell(std::string& out, const Cell& cell) {
    if (cell.kind == Cell::Kind::Null)
      out += "\\N";
    else if (cell.kind == Cell::Kind::Bool)
      out += cell.boolean ? 't' : 'f';
    else
      append_escaped(out, cell.text);
  }

  CsvReader reader_;
  std::vector<ColumnType> types_;
  std::vector<bool> whole_;
  std::vector<std::string_view> fields_;
};

/// A header that is a quoted name itself.
bool is_quoted_name(std::string_view name) {
  return name.size() > 2 && name.front() == '"' && name.back() == '"' &&
         name.substr(1, name.size() - 2).find('"') == std::string_view::npos;
}

/// Bare, as dbt writes it, so that the server folds its case; quoted when it could not stand bare.
std::string column_name(const std::string& name, bool quote) {
  bool bare = !quote && !name.empty() && !(name[0] >= '0' && name[0] <= '9');
  for (char c : name)
    bare = bare && (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$');
  return bare || (!quote && is_quoted_name(name)) ? name : quote_identifier(name);
}

/// The columns as load_seed creates them, and those that get their own type only afterwards.
struct Columns {
  std::string create_list;
  /// Names for COPY.
  std::string names;
  std::string alter_list;
  /// Before the rows come, for a table made like another.
  std::string loosen_list;
  std::vector<ColumnType> types;
  std::vector<bool> whole;
};

/// A datetime with an offset belongs into a timestamp by way of the session's time zone, as dbt's
/// insert takes it, but COPY would only drop the offset. Such a column is a timestamptz while it is
/// loaded.
Columns plan_columns(const Adapter::SeedLoad& load, const CsvScan& scan) {
  Columns columns;
  for (size_t i = 0; i < load.columns.size(); ++i) {
    const auto& [name, sql_type] = load.columns[i];
    bool is_own_type = i < scan.sql_types.size() && scan.sql_types[i] == sql_type;
    bool shifts =
        is_own_type && scan.has_time_zone[i] && scan.column_types[i] == ColumnType::DateTime;
    std::string quoted = column_name(name, load.quote_columns);
    columns.create_list += fmt::format("{}{} {}", i == 0 ? "" : ", ", quoted,
                                       shifts ? "timestamp with time zone" : sql_type);
    columns.names += (i == 0 ? "" : ", ") + quoted;
    if (shifts) {
      std::string_view comma = columns.alter_list.empty() ? "" : ", ";
      columns.alter_list += fmt::format("{}alter column {} type {}", comma, quoted, sql_type);
      columns.loosen_list +=
          fmt::format("{}alter column {} type timestamp with time zone", comma, quoted);
    }
    columns.types.push_back(is_own_type ? scan.column_types[i] : ColumnType::Text);
    columns.whole.push_back(is_own_type && is_whole_type(sql_type));
  }
  return columns;
}

diag::Result<int64_t> copy_rows(PgConnection& connection, const Relation& build,
                                const Adapter::SeedLoad& load, const Columns& columns,
                                const std::string& create) {
  diag::Result<ByteSource> bytes = bytes_of_file(load.csv_path);
  if (!bytes)
    return bytes.error();
  CsvReader reader(std::move(*bytes), load.delimiter);
  std::vector<std::string_view> header;
  if (!reader.next(header))
    return csv_problem(load.csv_path, 0, "is missing: the file is empty, a header was expected");
  SeedWriter writer(std::move(reader), columns.types, columns.whole);
  diag::Result<int64_t> rows = connection.copy_in(
      fmt::format("{}; copy {} ({}) from stdin", create, build.render_name(), columns.names),
      [&writer] { return writer.next_chunk(); });
  if (rows && !writer.problem().message.empty()) {
    // The file changed since it was scanned; what was loaded is not all of it.
    diag::Status undone = connection.rollback();
    return undone ? csv_problem(load.csv_path, *rows + 1, "has " + writer.problem().message)
                  : undone.error();
  }
  return rows;
}

std::string create_sql(const Relation& build, const Adapter::SeedLoad& load,
                       const Columns& columns) {
  std::string_view kind = load.unlogged ? "unlogged " : "";
  if (!load.like) {
    return fmt::format("create {}table {} ({})", kind, build.render_name(), columns.create_list);
  }
  std::string sql = fmt::format("create {}table {} (like {} including all)", kind,
                                build.render_name(), load.like->render_name());
  if (!columns.loosen_list.empty() && !load.header_only)
    sql += fmt::format("; alter table {} {}", build.render_name(), columns.loosen_list);
  return sql;
}

}  // namespace

diag::Result<int64_t> load_seed(PgConnection& connection, const Relation& build,
                                const Adapter::SeedLoad& load) {
  CsvOptions options;
  options.delimiter = load.delimiter;
  options.header_only = load.header_only;
  diag::Result<CsvScan> scan = load.scan ? *load.scan : scan_csv(load.csv_path, options);
  if (!scan)
    return scan.error();
  Columns columns = plan_columns(load, *scan);
  if (diag::Status begun = connection.begin(); !begun)
    return begun.error();
  std::string create = create_sql(build, load, columns);
  diag::Result<int64_t> rows = int64_t{0};
  if (!load.header_only) {
    rows = copy_rows(connection, build, load, columns, create);
  } else if (diag::Result<QueryResult> made = connection.execute(create, {}); !made) {
    return made.error();
  }
  if (rows && !load.header_only && !columns.alter_list.empty()) {
    diag::Result<QueryResult> altered = connection.execute(
        fmt::format("alter table {} {}", build.render_name(), columns.alter_list), {});
    if (!altered)
      return altered.error();
  }
  if (!rows || !load.like)
    return rows;
  diag::Status copied = copy_rights(connection, *load.like, build);
  if (!copied)
    return copied.error();
  return rows;
}

}  // namespace weft::adapter::postgres
