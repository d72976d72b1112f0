// print_table, print_csv, print_json, to_csv, to_json of a table.
#pragma once

#include <optional>
#include <string>

#include "context/table_object.h"

namespace weft::context {

/// Nothing when `name` is none of these methods. The print methods go to the messages of the worker
/// through Python's print(); to_csv and to_json do not write files: nothing outside is reachable.
std::optional<jinja::Value> print_table_method(jinja::Interpreter& interpreter,
                                               const TableData& table, std::string_view name,
                                               const jinja::Arguments& arguments);

/// The table with `|` between columns, at most `max_rows` rows; columns are cut to 20 characters
/// unless `max_column_width` says otherwise. As agate's print_table.
std::string table_text(const TableData& table, size_t max_rows, size_t max_columns,
                       size_t max_column_width);

}  // namespace weft::context
