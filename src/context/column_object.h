// ColumnObject: a column as templates see it, with dbt's attributes and methods.
#pragma once

#include "adapter/column.h"
#include "jinja/object.h"

namespace weft::context {

class ColumnObject final : public jinja::Object {
 public:
  explicit ColumnObject(adapter::Column column) : column_(std::move(column)) {}
  const adapter::Column& column() const { return column_; }

  std::string_view type_name() const override { return "PostgresColumn"; }
  std::string_view module_name() const override { return "dbt.adapters.postgres.column"; }
  std::optional<jinja::Value> attribute(jinja::Interpreter& interpreter,
                                        std::string_view name) override;
  std::optional<jinja::Value> call_method(jinja::Interpreter& interpreter, std::string_view name,
                                          const jinja::Arguments& arguments) override;
  std::string repr() const override;
  bool equals(const jinja::Object& other) const override;
  size_t hash() const override;

 private:
  adapter::Column column_;
};

jinja::Value column_value(adapter::Column column);
jinja::Value column_list(std::vector<adapter::Column> columns);
/// `api.Column`: create(), translate_type(), string_type(), ...
jinja::Value column_class();

}  // namespace weft::context
