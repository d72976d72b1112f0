// TableObject: query results and seeds as templates see them: the part of agate's Table that
// packages use.
#pragma once

#include <memory>

#include "adapter/table.h"
#include "jinja/object.h"

namespace weft::context {

/// A table in values. Rows, columns and derived tables share the data.
struct TableData {
  std::vector<std::string> column_names;
  std::vector<adapter::ColumnType> column_types;
  std::vector<std::vector<jinja::Value>> rows;
};

class TableObject final : public jinja::Object {
 public:
  explicit TableObject(std::shared_ptr<const TableData> data) : data_(std::move(data)) {}
  const TableData& data() const { return *data_; }
  /// The table in cells, as agate typed it; null when the template made the table.
  const adapter::Table* cells() const { return cells_.get(); }
  void set_cells(std::shared_ptr<const adapter::Table> cells) { cells_ = std::move(cells); }

  std::string_view type_name() const override { return "Table"; }
  std::string_view module_name() const override { return "agate.table"; }
  std::optional<jinja::Value> attribute(jinja::Interpreter& interpreter,
                                        std::string_view name) override;
  /// A row: table[0] is short for table.rows[0].
  std::optional<jinja::Value> item(jinja::Interpreter& interpreter,
                                   const jinja::Value& key) override;
  std::optional<jinja::Value> call_method(jinja::Interpreter& interpreter, std::string_view name,
                                          const jinja::Arguments& arguments) override;
  std::optional<std::vector<jinja::Value>> iterate(jinja::Interpreter& interpreter) override;
  std::optional<size_t> length() const override { return data_->rows.size(); }
  std::string repr() const override { return "<agate.table.Table object>"; }

 private:
  std::shared_ptr<const TableData> data_;
  std::shared_ptr<const adapter::Table> cells_;
};

jinja::Value cell_value(const adapter::Cell& cell);
jinja::Value table_value(std::shared_ptr<const adapter::Table> table);
jinja::Value table_value(adapter::Table table);
jinja::Value empty_table();

}  // namespace weft::context
