// Methods of `adapter` with which seeds are loaded: one stream from the file to the server.
#include <algorithm>

#include <fmt/format.h>

#include "adapter/csv_reader.h"
#include "base/strings.h"
#include "context/adapter_object.h"
#include "context/json_seed.h"
#include "context/relation_object.h"
#include "context/seed_types.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Value;
using NamesAndTypes = std::vector<std::pair<std::string, std::string>>;

/// True when the project or a package replaces one of the macros that load a seed row by row. They
/// know CSV files only.
Value seed_macros_overridden(Worker& worker, const Arguments&) {
  const manifest::Node* node = worker.scope().node;
  if (node != nullptr && adapter::json_layout(node->original_file_path))
    return Value::boolean(false);
  const MacroTable& macros = worker.shared().macros;
  for (const char* name :
       {"create_csv_table", "reset_csv_table", "load_csv_rows", "get_binding_char",
        "get_batch_size", "get_csv_sql", "postgres__load_csv_rows", "postgres__create_csv_table",
        "postgres__get_batch_size"}) {
    const CallableMacro* found = macros.find(worker.scope().package_name, name);
    if (found != nullptr && !macros.is_builtin(worker.scope().package_name, name))
      return Value::boolean(true);
  }
  return Value::boolean(false);
}

std::optional<std::string> configured_type(const base::DataMap& config, const std::string& column) {
  const base::Data* types = config.find("column_types");
  const base::Data* type = types == nullptr ? nullptr : types->get(column);
  if (type == nullptr || type->is_null())
    return std::nullopt;
  return python_str(*type);
}

/// Name and SQL type of each column: the existing table's, else configured, else inferred.
NamesAndTypes seed_columns(Worker& worker, const NamesAndTypes& inferred,
                           const base::DataMap& config, const Value* like) {
  std::vector<adapter::Column> existing;
  if (like != nullptr && !like->is_none()) {
    diag::Result<std::vector<adapter::Column>> columns = adapter_of(worker).columns_in_relation(
        worker.connection(), relation_argument(worker.interpreter(), *like, "load_seed"));
    if (!columns)
      worker.interpreter().raise(columns.error());
    existing = std::move(*columns);
  }
  NamesAndTypes made;
  for (const auto& [column, inferred_type] : inferred) {
    const std::string& name = column;
    std::string type = configured_type(config, name).value_or(inferred_type);
    if (!existing.empty()) {
      auto found = std::find_if(existing.begin(), existing.end(), [&](const adapter::Column& c) {
        return base::equal_ignoring_case(c.name, name);
      });
      if (found == existing.end()) {
        worker.interpreter().raise(
            "DatabaseError",
            fmt::format("column \"{}\" of relation \"{}\" does not exist: build the seed with "
                        "--full-refresh",
                        name, worker.scope().node->alias));
      }
      type = found->data_type();
    }
    made.emplace_back(name, std::move(type));
  }
  return made;
}

Value loaded_value(const adapter::Adapter::SeedLoad& load, int64_t rows) {
  std::vector<Value> columns;
  for (const auto& [name, type] : load.columns) {
    Value column = Value::dict();
    column.set_item("name", Value::string(name));
    column.set_item("quoted",
                    Value::string(load.quote_columns ? adapter::quote_identifier(name) : name));
    column.set_item("data_type", Value::string(type));
    columns.push_back(column);
  }
  Value made = Value::dict();
  made.set_item("rows", Value::integer(rows));
  made.set_item("columns", Value::list(std::move(columns)));
  return made;
}

void check_delimiter(Worker& worker, const base::DataMap& config) {
  const base::Data* delimiter = config.find("delimiter");
  if (delimiter == nullptr || delimiter->is_null() ||
      (delimiter->is_string() && delimiter->as_string().size() == 1))
    return;
  diag::Diagnostic error;
  error.code = diag::Code::SeedInvalid;
  error.message =
      fmt::format("`delimiter` of a seed is `{}`, expected one character", python_str(*delimiter));
  error.hint = "for a tab, write \"\\t\" in double quotes";
  worker.interpreter().raise(std::move(error));
}

/// The data row of "COPY customers, line 2, column id: ..."; 0 when the error names none.
int64_t copy_row(const diag::Diagnostic& error) {
  std::string_view context = error.database ? std::string_view(error.database->context) : "";
  size_t at = context.find("COPY ");
  at = at == std::string_view::npos ? at : context.find(", line ", at);
  if (at == std::string_view::npos)
    return 0;
  int64_t row = 0;
  for (char c : context.substr(at + 7)) {
    if (c < '0' || c > '9' || row > INT32_MAX)
      break;
    row = row * 10 + (c - '0');
  }
  return row;
}

/// Points at the row of the file that the server refused, or at the header that weft does.
void place_in_seed(Worker& worker, const manifest::Node& node, const std::string& path,
                   const adapter::CsvOptions& options, diag::Diagnostic& error) {
  int64_t row = copy_row(error);
  base::IoResult<std::string> text = worker.shared().env.files.read(path);
  if (!text || (row == 0 && error.code != diag::Code::SeedInvalid))
    return;
  adapter::CsvReader reader(adapter::bytes_of(*text), options.delimiter);
  std::vector<std::string_view> fields;
  for (int64_t i = 0; i <= row; ++i) {
    if (!reader.next(fields))
      return;
  }
  auto begin = static_cast<uint32_t>(reader.record_offset());
  size_t end = std::min(text->find_first_of("\r\n", begin), text->size());
  diag::SourceId source = worker.shared().sources.add(node.original_file_path, std::move(*text));
  error.span = {source, begin, static_cast<uint32_t>(end)};
}

/// The columns that the CSV file brings; `load` gets what was found out about it.
NamesAndTypes csv_columns(Worker& worker, const manifest::Node& node,
                          const adapter::CsvOptions& options, adapter::CsvScan& scan,
                          adapter::Adapter::SeedLoad& load) {
  diag::Result<adapter::CsvScan> found = adapter::scan_csv(load.csv_path, options);
  if (!found) {
    // Read as a whole it fails in the same way, with the place.
    diag::Result<adapter::Table> table = load_seed_table(worker, node);
    worker.interpreter().raise(table ? found.error() : table.error());
  }
  scan = std::move(*found);
  load.scan = &scan;
  load.delimiter = options.delimiter;
  NamesAndTypes columns;
  for (size_t i = 0; i < scan.column_names.size(); ++i)
    columns.emplace_back(scan.column_names[i], scan.sql_types[i]);
  return columns;
}

/// load_seed(model, build, like): creates `build` from the node's file and streams the rows.
Value load_seed(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "load_seed", arguments, {"model", "build", "like"});
  const manifest::Node* node = worker.scope().node;
  if (node == nullptr || node->type != manifest::ResourceType::Seed)
    worker.interpreter().raise("CompilationError", "load_seed() works on seeds only");
  const base::DataMap& config = worker.shared().manifest.config_of(*node).values;
  check_delimiter(worker, config);
  adapter::CsvOptions options = csv_options(config, worker.shared().empty);
  std::optional<adapter::JsonSeedOptions> json = json_options_of(worker, *node);
  adapter::Adapter::SeedLoad load;
  load.csv_path = node->root_path + "/" + node->original_file_path;
  load.json = json ? &*json : nullptr;
  adapter::CsvScan scan;
  NamesAndTypes inferred = json ? json_columns(worker, *node, load.csv_path, *json)
                                : csv_columns(worker, *node, options, scan, load);
  if (!json)
    warn_of_unknown_types(worker, *node, scan.column_names);
  // A JSON file without documents has no columns to copy.
  load.header_only = options.header_only || inferred.empty();
  load.columns = seed_columns(worker, inferred, config, reader.find(2));
  if (const Value* like = reader.find(2); like != nullptr && !like->is_none())
    load.like = relation_argument(worker.interpreter(), *like, "load_seed");
  // Names are quoted unless the project says no, as dbt-postgres does.
  const base::Data* quote = config.find("quote_columns");
  load.quote_columns = quote == nullptr || quote->is_null() || quote->truthy();
  if (const base::Data* unlogged = config.find("unlogged"))
    load.unlogged = unlogged->truthy();
  diag::Result<int64_t> rows = adapter_of(worker).load_seed(
      worker.connection(), relation_at(worker, reader, 1, "load_seed"), load);
  if (!rows) {
    diag::Diagnostic error = rows.error();
    if (json)
      place_in_json(worker, *node, load.csv_path, *json, copy_row(error), error);
    else
      place_in_seed(worker, *node, load.csv_path, options, error);
    worker.interpreter().raise(std::move(error));
  }
  return loaded_value(load, *rows);
}

Value none() { return Value::none(); }

constexpr AdapterMethod kMethods[] = {
    {"seed_macros_overridden", seed_macros_overridden, none},
    {"load_seed", load_seed, none},
};

}  // namespace

std::span<const AdapterMethod> seed_adapter_methods() { return kMethods; }

}  // namespace weft::context
