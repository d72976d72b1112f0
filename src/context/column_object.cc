#include "context/column_object.h"

#include <fmt/format.h>

#include "context/worker.h"
#include "jinja/bound_method.h"
#include "jinja/interpreter.h"

namespace weft::context {
namespace {

using adapter::Column;
using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

Value int_or_none(const std::optional<int>& number) {
  return number ? Value::integer(*number) : Value::none();
}

std::optional<int> optional_int(const ArgumentReader& reader, size_t index) {
  const Value* value = reader.find(index);
  if (value == nullptr || !value->is_integer())
    return std::nullopt;
  return static_cast<int>(value->as_int());
}

/// Functions of the class: they need no column.
std::optional<Value> class_method(Interpreter& interpreter, std::string_view name,
                                  const Arguments& arguments) {
  if (name == "translate_type") {
    ArgumentReader reader(interpreter, name, arguments, {"dtype"});
    return Value::string(adapter::translate_type(reader.text(0)));
  }
  if (name == "string_type") {
    ArgumentReader reader(interpreter, name, arguments, {"size"});
    return Value::string(adapter::string_type(optional_int(reader, 0).value_or(256)));
  }
  if (name == "numeric_type") {
    ArgumentReader reader(interpreter, name, arguments, {"dtype", "precision", "scale"});
    std::optional<int> precision = optional_int(reader, 1), scale = optional_int(reader, 2);
    if (!precision || !scale)
      return Value::string(reader.text(0));
    return Value::string(fmt::format("{}({},{})", reader.text(0), *precision, *scale));
  }
  if (name == "create") {
    ArgumentReader reader(interpreter, name, arguments, {"name", "label_or_dtype"});
    Column column;
    column.name = reader.text(0);
    column.dtype = adapter::translate_type(reader.text(1));
    return column_value(std::move(column));
  }
  if (name == "from_description") {
    ArgumentReader reader(interpreter, name, arguments, {"name", "raw_data_type"});
    std::optional<Column> column = adapter::column_from_description(reader.text(0), reader.text(1));
    if (!column) {
      interpreter.raise("DbtRuntimeError",
                        fmt::format("could not interpret data type \"{}\"", reader.text(1)));
    }
    return column_value(std::move(*column));
  }
  return std::nullopt;
}

/// The functions of the class as values.
std::optional<Value> class_member(jinja::Object& object, std::string_view name) {
  return jinja::method_among(
      object, name,
      {"translate_type", "string_type", "numeric_type", "create", "from_description"});
}

class ColumnClass final : public jinja::Object {
 public:
  std::string_view type_name() const override { return "type"; }
  bool is_callable() const override { return true; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    return class_member(*this, name);
  }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    ArgumentReader reader(interpreter, "Column", arguments,
                          {"column", "dtype", "char_size", "numeric_precision", "numeric_scale"});
    Column column;
    column.name = reader.require(0).str();
    column.dtype = reader.require(1).str();
    column.char_size = optional_int(reader, 2);
    column.numeric_precision = optional_int(reader, 3);
    column.numeric_scale = optional_int(reader, 4);
    return column_value(std::move(column));
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    return class_method(interpreter, name, arguments);
  }
};

}  // namespace

std::optional<Value> ColumnObject::attribute(Interpreter&, std::string_view name) {
  if (name == "name" || name == "column")
    return Value::string(column_.name);
  if (name == "dtype")
    return Value::string(column_.dtype);
  if (name == "data_type")
    return Value::string(column_.data_type());
  if (name == "expanded_data_type")
    return Value::string(column_.data_type());
  if (name == "quoted")
    return Value::string(column_.quoted());
  if (name == "char_size")
    return int_or_none(column_.char_size);
  if (name == "numeric_precision")
    return int_or_none(column_.numeric_precision);
  if (name == "numeric_scale")
    return int_or_none(column_.numeric_scale);
  if (std::optional<Value> method =
          jinja::method_among(*this, name,
                              {"is_string", "is_number", "is_numeric", "is_integer", "is_float",
                               "string_size", "can_expand_to", "literal"}))
    return method;
  return class_member(*this, name);
}

std::optional<Value> ColumnObject::call_method(Interpreter& interpreter, std::string_view name,
                                               const Arguments& arguments) {
  if (name == "is_string")
    return Value::boolean(column_.is_string());
  if (name == "is_number")
    return Value::boolean(column_.is_number());
  if (name == "is_numeric")
    return Value::boolean(column_.is_numeric());
  if (name == "is_integer")
    return Value::boolean(column_.is_integer());
  if (name == "is_float")
    return Value::boolean(column_.is_float());
  if (name == "string_size") {
    if (!column_.is_string())
      interpreter.raise("DbtRuntimeError", "Called string_size() on non-string field!");
    return Value::integer(column_.string_size());
  }
  if (name == "can_expand_to") {
    ArgumentReader reader(interpreter, name, arguments, {"other_column"});
    auto* other = reader.require(0).as<ColumnObject>();
    return Value::boolean(other != nullptr && column_.can_expand_to(other->column()));
  }
  if (name == "literal") {
    ArgumentReader reader(interpreter, name, arguments, {"value"});
    return Value::string(fmt::format("{}::{}", reader.require(0).str(), column_.data_type()));
  }
  return class_method(interpreter, name, arguments);
}

std::string ColumnObject::repr() const {
  return fmt::format("<Column {} ({})>", column_.name, column_.data_type());
}

bool ColumnObject::equals(const Object& other) const {
  const auto* column = dynamic_cast<const ColumnObject*>(&other);
  return column != nullptr && column->column_.name == column_.name &&
         column->column_.dtype == column_.dtype && column->column_.char_size == column_.char_size &&
         column->column_.numeric_precision == column_.numeric_precision &&
         column->column_.numeric_scale == column_.numeric_scale;
}

size_t ColumnObject::hash() const { return std::hash<std::string>{}(column_.name + column_.dtype); }

Value column_value(Column column) { return Value::object(new ColumnObject(std::move(column))); }

Value column_list(std::vector<Column> columns) {
  std::vector<Value> values;
  values.reserve(columns.size());
  for (Column& column : columns)
    values.push_back(column_value(std::move(column)));
  return Value::list(std::move(values));
}

Value column_class() { return Value::object(new ColumnClass); }

}  // namespace weft::context
