#include "adapter/postgres/seed.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "adapter/column_guess.h"
#include "adapter/csv_file.h"
#include "adapter/csv_reader.h"
#include "adapter/decimal.h"
#include "adapter/postgres/copy_rights.h"
#include "adapter/postgres/copy_text.h"
#include "adapter/postgres/json_rows.h"
#include "adapter/python_text.h"
#include "adapter/table.h"
#include "adapter/temporal.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

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
    out.reserve(kCopyChunk + kCopyChunk / 4);
    while (out.size() < kCopyChunk && reader_.next(fields_))
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
        append_copy_text(out, value);
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
      append_copy_text(out, cell.text);
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

/// A name that may stand without quotes: the server folds its case.
bool is_bare_name(std::string_view name) {
  auto is_letter = [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return std::isalpha(byte) || byte >= 0x80 || c == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) || c == '$';
         });
}

std::string column_name(const std::string& name, bool quote) {
  return quote ? quote_identifier(name) : name;
}

/// Without quotes a name must be able to do without. One that cannot is mostly a whole header that
/// was read with the wrong delimiter.
std::optional<diag::Diagnostic> unquotable_column(const Adapter::SeedLoad& load) {
  if (load.quote_columns || load.json)
    return std::nullopt;
  for (const auto& [name, type] : load.columns) {
    if (is_bare_name(name) || is_quoted_name(name))
      continue;
    diag::Diagnostic error;
    error.code = diag::Code::SeedInvalid;
    error.message = fmt::format("column `{}` needs quotes, and `quote_columns` is false", name);
    error.hint = fmt::format(
        "set `quote_columns: true`, or rename it; is `{}` the file's delimiter?", load.delimiter);
    return error;
  }
  return std::nullopt;
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

/// The rows of a file in COPY's text format, and what stopped them early.
struct RowStream {
  std::function<std::optional<std::string>()> next;
  std::function<std::optional<diag::Diagnostic>(int64_t rows)> problem;
};

diag::Result<RowStream> csv_stream(const Adapter::SeedLoad& load, const Columns& columns) {
  diag::Result<ByteSource> bytes = bytes_of_file(load.csv_path);
  if (!bytes)
    return bytes.error();
  CsvReader reader(std::move(*bytes), load.delimiter);
  std::vector<std::string_view> header;
  if (!reader.next(header))
    return csv_problem(load.csv_path, 0, "is missing: the file is empty, a header was expected");
  auto writer = std::make_shared<SeedWriter>(std::move(reader), columns.types, columns.whole);
  RowStream stream;
  stream.next = [writer] { return writer->next_chunk(); };
  stream.problem = [writer, path = load.csv_path](int64_t rows) {
    const std::string& message = writer->problem().message;
    return message.empty() ? std::nullopt
                           : std::optional(csv_problem(path, rows + 1, "has " + message));
  };
  return stream;
}

diag::Result<RowStream> json_stream(const Adapter::SeedLoad& load) {
  diag::Result<ByteSource> bytes = bytes_of_file(load.csv_path);
  if (!bytes)
    return bytes.error();
  auto writer = std::make_shared<JsonWriter>(JsonRows(
      json_documents(std::move(*bytes), load.csv_path, *load.json), *load.json, load.columns));
  RowStream stream;
  stream.next = [writer] { return writer->next_chunk(); };
  stream.problem = [writer, path = load.csv_path](int64_t) {
    return writer->problem().message.empty() ? std::nullopt
                                             : std::optional(json_problem(path, writer->problem()));
  };
  return stream;
}

diag::Result<int64_t> copy_rows(PgConnection& connection, const Relation& build,
                                const Adapter::SeedLoad& load, const Columns& columns,
                                const std::string& create) {
  diag::Result<RowStream> stream = load.json ? json_stream(load) : csv_stream(load, columns);
  if (!stream)
    return stream.error();
  diag::Result<int64_t> rows = connection.copy_in(
      fmt::format("{}; copy {} ({}) from stdin", create, build.render_name(), columns.names),
      stream->next);
  if (!rows)
    return rows;
  if (std::optional<diag::Diagnostic> problem = stream->problem(*rows)) {
    // What was loaded is not all of it.
    diag::Status undone = connection.rollback();
    return undone ? *problem : undone.error();
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

/// Nothing for JSON, whose columns say all there is to know.
diag::Result<CsvScan> scan_of(const Adapter::SeedLoad& load) {
  if (load.json)
    return CsvScan{};
  if (load.scan)
    return *load.scan;
  CsvOptions options;
  options.delimiter = load.delimiter;
  options.header_only = load.header_only;
  return scan_csv(load.csv_path, options);
}

}  // namespace

diag::Result<int64_t> load_seed(PgConnection& connection, const Relation& build,
                                const Adapter::SeedLoad& load) {
  diag::Result<CsvScan> scan = scan_of(load);
  if (!scan)
    return scan.error();
  if (std::optional<diag::Diagnostic> error = unquotable_column(load))
    return *error;
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
