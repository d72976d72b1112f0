#include "context/table_object.h"

#include <algorithm>
#include <cstdlib>
#include <functional>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/table_print.h"
#include "context/worker.h"
#include "jinja/bound_method.h"
#include "jinja/host_memory.h"
#include "jinja/interpreter.h"
#include "jinja/ops.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::NamedValue;
using jinja::Value;
using DataPtr = std::shared_ptr<const TableData>;

int two_digits(std::string_view text, size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

jinja::Date parse_date(std::string_view text) {
  return {two_digits(text, 0) * 100 + two_digits(text, 2), two_digits(text, 5),
          two_digits(text, 8)};
}

/// "2026-01-31 12:30:00[.ffffff][+HH[:MM]]".
jinja::DateTime parse_date_time(std::string_view text) {
  jinja::DateTime made;
  made.date = parse_date(text);
  if (text.size() < 19)
    return made;
  made.time = {two_digits(text, 11), two_digits(text, 14), two_digits(text, 17), 0};
  size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    int scale = 100'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      made.time.microsecond += (text[at] - '0') * scale;
  }
  if (at + 2 < text.size() && (text[at] == '+' || text[at] == '-')) {
    int seconds = two_digits(text, at + 1) * 3600;
    if (at + 5 < text.size())
      seconds += two_digits(text, at + 4) * 60;
    made.utc_offset = text[at] == '-' ? -seconds : seconds;
  }
  return made;
}

const char* type_class(adapter::ColumnType type) {
  switch (type) {
    case adapter::ColumnType::Integer:
      return "Integer";
    case adapter::ColumnType::Number:
      return "Number";
    case adapter::ColumnType::Boolean:
      return "Boolean";
    case adapter::ColumnType::Date:
      return "Date";
    case adapter::ColumnType::DateTime:
      return "DateTime";
    case adapter::ColumnType::Time:
    case adapter::ColumnType::TimeDelta:
      return "TimeDelta";
    case adapter::ColumnType::Text:
      return "Text";
  }
  return "Text";
}

/// A data type object. Of its methods those are there that write a value of the column's.
class DataTypeObject final : public jinja::Object {
 public:
  explicit DataTypeObject(adapter::ColumnType type) : type_(type) {}
  std::string_view type_name() const override { return type_class(type_); }
  std::string repr() const override { return fmt::format("<{} object>", type_class(type_)); }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    return jinja::method_among(*this, name, {"jsonify", "csvify"});
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name != "jsonify" && name != "csvify")
      return std::nullopt;
    ArgumentReader reader(interpreter, name, arguments, {"d"});
    const Value& value = reader.require(0);
    return value.is_none() ? value : written(value, name == "jsonify");
  }

 private:
  /// Text, but for numbers and truth values in JSON; times have a T between date and time.
  Value written(const Value& value, bool for_json) const {
    std::string text = value.str();
    switch (type_) {
      case adapter::ColumnType::Integer:
      case adapter::ColumnType::Boolean:
        return for_json ? value : Value::string(text);
      case adapter::ColumnType::Number:
        return for_json ? Value::floating(std::strtod(text.c_str(), nullptr)) : Value::string(text);
      case adapter::ColumnType::DateTime:
        if (text.size() > 10 && text[10] == ' ')
          text[10] = 'T';
        return Value::string(text);
      default:
        return Value::string(text);
    }
  }

  adapter::ColumnType type_;
};

std::optional<size_t> column_index(const TableData& data, const Value& key) {
  if (key.is_integer()) {
    int64_t index = key.as_int();
    auto count = static_cast<int64_t>(data.column_names.size());
    if (index < 0)
      index += count;
    if (index < 0 || index >= count)
      return std::nullopt;
    return static_cast<size_t>(index);
  }
  if (!key.is_string())
    return std::nullopt;
  auto found = std::find(data.column_names.begin(), data.column_names.end(), key.as_string());
  if (found == data.column_names.end())
    return std::nullopt;
  return static_cast<size_t>(found - data.column_names.begin());
}

/// One row: values by position, by name, and as attributes.
class RowObject final : public jinja::Object {
 public:
  RowObject(DataPtr data, size_t row) : data_(std::move(data)), row_(row) {}
  const std::vector<Value>& values() const { return data_->rows[row_]; }
  std::string_view type_name() const override { return "Row"; }
  std::string_view module_name() const override { return "agate.rows"; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (std::optional<Value> value = by_key(Value::string(name)))
      return value;
    return jinja::method_among(*this, name, {"values", "keys", "dict", "items", "get"});
  }
  std::optional<Value> item(Interpreter&, const Value& key) override { return by_key(key); }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name == "values")
      return Value::tuple(values());
    if (name == "keys") {
      std::vector<Value> keys;
      for (const std::string& column : data_->column_names)
        keys.push_back(Value::string(column));
      return Value::tuple(std::move(keys));
    }
    if (name == "dict" || name == "items") {
      Value made = Value::dict();
      std::vector<Value> pairs;
      for (size_t i = 0; i < values().size(); ++i) {
        made.set_item(data_->column_names[i], values()[i]);
        pairs.push_back(Value::tuple({Value::string(data_->column_names[i]), values()[i]}));
      }
      return name == "dict" ? made : Value::list(std::move(pairs));
    }
    if (name == "get") {
      ArgumentReader reader(interpreter, name, arguments, {"key", "default"});
      if (std::optional<Value> value = by_key(reader.require(0)))
        return value;
      return reader.find(1) == nullptr ? Value::none() : *reader.find(1);
    }
    return std::nullopt;
  }
  std::optional<std::vector<Value>> iterate(Interpreter&) override { return values(); }
  std::optional<size_t> length() const override { return values().size(); }
  std::string str() const override { return Value::tuple(values()).str(); }
  std::string repr() const override { return fmt::format("<agate.Row: {}>", str()); }

 private:
  std::optional<Value> by_key(const Value& key) const {
    std::optional<size_t> index = column_index(*data_, key);
    return index ? std::optional(values()[*index]) : std::nullopt;
  }

  DataPtr data_;
  size_t row_;
};

class ColumnOfTable final : public jinja::Object {
 public:
  ColumnOfTable(DataPtr data, size_t column) : data_(std::move(data)), column_(column) {}
  std::string_view type_name() const override { return "Column"; }
  std::string_view module_name() const override { return "agate.columns"; }
  std::vector<Value> all() const {
    std::vector<Value> made;
    made.reserve(data_->rows.size());
    for (const std::vector<Value>& row : data_->rows)
      made.push_back(row[column_]);
    return made;
  }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "name")
      return Value::string(data_->column_names[column_]);
    if (name == "index")
      return Value::integer(static_cast<int64_t>(column_));
    if (name == "data_type")
      return Value::object(new DataTypeObject(data_->column_types[column_]));
    return jinja::method_among(*this, name,
                               {"values", "values_distinct", "values_without_nulls",
                                "values_sorted", "values_without_nulls_sorted"});
  }
  std::optional<Value> item(Interpreter&, const Value& key) override {
    if (!key.is_integer())
      return std::nullopt;
    int64_t index = key.as_int();
    auto count = static_cast<int64_t>(data_->rows.size());
    if (index < 0)
      index += count;
    if (index < 0 || index >= count)
      return std::nullopt;
    return data_->rows[static_cast<size_t>(index)][column_];
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments&) override {
    if (name == "values")
      return Value::tuple(all());
    if (name == "values_distinct")
      return Value::set(all());
    if (name == "values_without_nulls" || name == "values_sorted" ||
        name == "values_without_nulls_sorted") {
      std::vector<Value> made;
      for (Value& value : all()) {
        if (!value.is_none() || name == "values_sorted")
          made.push_back(std::move(value));
      }
      if (name != "values_without_nulls") {
        std::stable_sort(made.begin(), made.end(), [&](const Value& a, const Value& b) {
          if (a.is_none() || b.is_none())
            return !a.is_none() && b.is_none();
          return jinja::compare(interpreter, jinja::CompareOp::Less, a, b);
        });
      }
      return Value::tuple(std::move(made));
    }
    return std::nullopt;
  }
  std::optional<std::vector<Value>> iterate(Interpreter&) override { return all(); }
  std::optional<size_t> length() const override { return data_->rows.size(); }
  std::string repr() const override {
    return fmt::format("<agate.Column: {}>", Value::tuple(all()).str());
  }

 private:
  DataPtr data_;
  size_t column_;
};

/// table.columns and table.rows: mapped sequences.
class SequenceOfTable final : public jinja::Object {
 public:
  SequenceOfTable(DataPtr data, bool is_rows) : data_(std::move(data)), is_rows_(is_rows) {}
  std::string_view type_name() const override { return "MappedSequence"; }
  std::string_view module_name() const override { return "agate.mapped_sequence"; }
  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override {
    std::optional<Value> named = is_rows_ ? std::nullopt : item(interpreter, Value::string(name));
    return named ? named
                 : jinja::method_among(*this, name, {"values", "keys", "items", "dict", "get"});
  }
  std::optional<Value> item(Interpreter&, const Value& key) override {
    if (!is_rows_) {
      std::optional<size_t> index = column_index(*data_, key);
      return index ? std::optional(element(*index)) : std::nullopt;
    }
    if (!key.is_integer())
      return std::nullopt;
    int64_t index = key.as_int();
    if (index < 0)
      index += static_cast<int64_t>(size());
    if (index < 0 || index >= static_cast<int64_t>(size()))
      return std::nullopt;
    return element(static_cast<size_t>(index));
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name == "values")
      return Value::tuple(all());
    if (name == "keys" && !is_rows_) {
      std::vector<Value> keys;
      for (const std::string& column : data_->column_names)
        keys.push_back(Value::string(column));
      return Value::tuple(std::move(keys));
    }
    if (name == "keys")
      return Value::none();
    if (name == "items" || name == "dict") {
      Value made = Value::dict();
      std::vector<Value> pairs;
      for (size_t i = 0; i < size() && !is_rows_; ++i) {
        made.set_item(data_->column_names[i], element(i));
        pairs.push_back(Value::tuple({Value::string(data_->column_names[i]), element(i)}));
      }
      return name == "dict" ? made : Value::list(std::move(pairs));
    }
    if (name == "get") {
      ArgumentReader reader(interpreter, name, arguments, {"key", "default"});
      if (std::optional<Value> value = item(interpreter, reader.require(0)))
        return value;
      return reader.find(1) == nullptr ? Value::none() : *reader.find(1);
    }
    return std::nullopt;
  }
  std::optional<std::vector<Value>> iterate(Interpreter&) override { return all(); }
  std::optional<size_t> length() const override { return size(); }
  std::string repr() const override { return Value::tuple(all()).repr(); }

 private:
  size_t size() const { return is_rows_ ? data_->rows.size() : data_->column_names.size(); }
  Value element(size_t i) const {
    return is_rows_ ? Value::object(new RowObject(data_, i))
                    : Value::object(new ColumnOfTable(data_, i));
  }
  std::vector<Value> all() const {
    std::vector<Value> made;
    made.reserve(size());
    for (size_t i = 0; i < size(); ++i)
      made.push_back(element(i));
    return made;
  }

  DataPtr data_;
  bool is_rows_;
};

Value wrap(TableData data) {
  return Value::object(new TableObject(std::make_shared<const TableData>(std::move(data))));
}

std::vector<size_t> named_columns(Interpreter& interpreter, const TableData& data,
                                  const Value& key) {
  std::vector<Value> keys = key.is_string() ? std::vector{key} : interpreter.list_of(key);
  std::vector<size_t> made;
  for (const Value& one : keys) {
    std::optional<size_t> index = column_index(data, one);
    if (!index)
      interpreter.raise("KeyError", one.repr());
    made.push_back(*index);
  }
  return made;
}

Value select_columns(Interpreter& interpreter, const TableData& data, const Value& key,
                     bool exclude) {
  std::vector<size_t> chosen = named_columns(interpreter, data, key);
  if (exclude) {
    std::vector<size_t> rest;
    for (size_t i = 0; i < data.column_names.size(); ++i) {
      if (std::find(chosen.begin(), chosen.end(), i) == chosen.end())
        rest.push_back(i);
    }
    chosen = std::move(rest);
  }
  TableData made;
  for (size_t i : chosen) {
    made.column_names.push_back(data.column_names[i]);
    made.column_types.push_back(data.column_types[i]);
  }
  for (const std::vector<Value>& row : data.rows) {
    std::vector<Value> cells;
    for (size_t i : chosen)
      cells.push_back(row[i]);
    made.rows.push_back(std::move(cells));
  }
  return wrap(std::move(made));
}

Value filter_rows(Interpreter& interpreter, const DataPtr& data, const Value& test) {
  TableData made{data->column_names, data->column_types, {}};
  for (size_t i = 0; i < data->rows.size(); ++i) {
    Value row = Value::object(new RowObject(data, i));
    if (interpreter.invoke(test, Arguments{std::span(&row, 1), {}}).truthy())
      made.rows.push_back(data->rows[i]);
  }
  return wrap(std::move(made));
}

Value limit_rows(Interpreter& interpreter, const TableData& data, const Arguments& arguments) {
  ArgumentReader reader(interpreter, "limit", arguments, {"start_or_stop", "stop", "step"});
  auto number = [&](size_t i) -> std::optional<int64_t> {
    const Value* value = reader.find(i);
    return value != nullptr && value->is_integer() ? std::optional(value->as_int()) : std::nullopt;
  };
  int64_t start = 0, stop = static_cast<int64_t>(data.rows.size());
  if (number(1)) {
    start = number(0).value_or(0);
    stop = *number(1);
  } else if (number(0)) {
    stop = *number(0);
  }
  TableData made{data.column_names, data.column_types, {}};
  for (int64_t i = std::max<int64_t>(start, 0);
       i < std::min(stop, static_cast<int64_t>(data.rows.size()));
       i += std::max<int64_t>(number(2).value_or(1), 1))
    made.rows.push_back(data.rows[static_cast<size_t>(i)]);
  return wrap(std::move(made));
}

Value rename_columns(const TableData& data, const Arguments& arguments) {
  TableData made = data;
  const Value* names = arguments.find(0, "column_names");
  if (names != nullptr && names->is_dict()) {
    for (std::string& name : made.column_names) {
      if (const Value* renamed = names->find(name))
        name = renamed->str();
    }
  } else if (names != nullptr && (names->is_list() || names->is_tuple())) {
    for (size_t i = 0; i < std::min(names->size(), made.column_names.size()); ++i)
      made.column_names[i] = names->at(i).str();
  }
  return wrap(std::move(made));
}

Value order_rows(Interpreter& interpreter, const DataPtr& data, const Arguments& arguments) {
  ArgumentReader reader(interpreter, "order_by", arguments, {"key", "reverse"});
  std::vector<size_t> keys = named_columns(interpreter, *data, reader.require(0));
  TableData made = *data;
  auto less = [&](const std::vector<Value>& a, const std::vector<Value>& b) {
    for (size_t key : keys) {
      const Value &x = a[key], &y = b[key];
      if (x.is_none() || y.is_none()) {
        if (x.is_none() != y.is_none())
          return y.is_none();
        continue;
      }
      if (jinja::compare(interpreter, jinja::CompareOp::Less, x, y))
        return true;
      if (jinja::compare(interpreter, jinja::CompareOp::Less, y, x))
        return false;
    }
    return false;
  };
  std::stable_sort(made.rows.begin(), made.rows.end(), less);
  if (reader.flag_or(1, false))
    std::reverse(made.rows.begin(), made.rows.end());
  return wrap(std::move(made));
}

Value distinct_rows(Interpreter& interpreter, const TableData& data, const Arguments& arguments) {
  std::vector<size_t> keys;
  if (const Value* key = arguments.find(0, "key")) {
    keys = named_columns(interpreter, data, *key);
  } else {
    for (size_t i = 0; i < data.column_names.size(); ++i)
      keys.push_back(i);
  }
  TableData made{data.column_names, data.column_types, {}};
  Value seen = Value::dict();
  for (const std::vector<Value>& row : data.rows) {
    std::vector<Value> parts;
    for (size_t key : keys)
      parts.push_back(row[key]);
    Value tuple = Value::tuple(std::move(parts));
    if (seen.find(tuple) != nullptr)
      continue;
    seen.set_item(tuple, Value::boolean(true));
    made.rows.push_back(row);
  }
  return wrap(std::move(made));
}

/// group_by(column): a mapping from the column's values to tables.
Value group_rows(Interpreter& interpreter, const TableData& data, const Arguments& arguments) {
  const Value* key = arguments.find(0, "key");
  if (key == nullptr)
    interpreter.raise("TypeError", "group_by() missing 1 required positional argument: 'key'");
  size_t column = named_columns(interpreter, data, *key).front();
  std::vector<std::pair<Value, TableData>> groups;
  Value index = Value::dict();
  for (const std::vector<Value>& row : data.rows) {
    const Value* at = index.find(row[column]);
    if (at == nullptr) {
      index.set_item(row[column], Value::integer(static_cast<int64_t>(groups.size())));
      groups.push_back({row[column], {data.column_names, data.column_types, {}}});
      groups.back().second.rows.push_back(row);
    } else {
      groups[static_cast<size_t>(at->as_int())].second.rows.push_back(row);
    }
  }
  Value made = Value::dict();
  for (auto& [name, group] : groups)
    made.set_item(name, wrap(std::move(group)));
  return made;
}

}  // namespace

Value cell_value(const adapter::Cell& cell) {
  switch (cell.kind) {
    case adapter::Cell::Kind::Null:
      return Value::none();
    case adapter::Cell::Kind::Bool:
      return Value::boolean(cell.boolean);
    case adapter::Cell::Kind::Integer:
      return Value::integer(cell.integer);
    case adapter::Cell::Kind::Number:
      return Value::decimal(cell.text);
    case adapter::Cell::Kind::Date:
      return Value::date(parse_date(cell.text));
    case adapter::Cell::Kind::DateTime:
      return Value::date_time(parse_date_time(cell.text));
    case adapter::Cell::Kind::Text:
      return Value::string(cell.text);
  }
  return Value::none();
}

std::optional<Value> TableObject::attribute(Interpreter&, std::string_view name) {
  if (name == "columns")
    return Value::object(new SequenceOfTable(data_, false));
  if (name == "rows")
    return Value::object(new SequenceOfTable(data_, true));
  if (name == "column_names") {
    std::vector<Value> names;
    for (const std::string& column : data_->column_names)
      names.push_back(Value::string(column));
    return Value::tuple(std::move(names));
  }
  if (name == "column_types") {
    std::vector<Value> types;
    for (adapter::ColumnType type : data_->column_types)
      types.push_back(Value::object(new DataTypeObject(type)));
    return Value::tuple(std::move(types));
  }
  if (name == "row_names")
    return Value::none();
  return jinja::method_among(
      *this, name,
      {"select", "exclude", "where", "limit", "rename", "order_by", "distinct", "group_by", "find",
       "print_table", "print_csv", "print_json", "print_structure", "to_csv", "to_json"});
}

std::optional<Value> TableObject::item(Interpreter& interpreter, const Value& key) {
  return SequenceOfTable(data_, true).item(interpreter, key);
}

std::optional<Value> TableObject::call_method(Interpreter& interpreter, std::string_view name,
                                              const Arguments& arguments) {
  auto key = [&]() -> const Value& {
    const Value* value = arguments.find(0, "key");
    if (value == nullptr)
      interpreter.raise("TypeError", fmt::format("{}() needs columns", name));
    return *value;
  };
  if (name == "select")
    return select_columns(interpreter, *data_, key(), false);
  if (name == "exclude")
    return select_columns(interpreter, *data_, key(), true);
  if (name == "where")
    return filter_rows(interpreter, data_, key());
  if (name == "limit")
    return limit_rows(interpreter, *data_, arguments);
  if (name == "rename")
    return rename_columns(*data_, arguments);
  if (name == "order_by")
    return order_rows(interpreter, data_, arguments);
  if (name == "distinct")
    return distinct_rows(interpreter, *data_, arguments);
  if (name == "group_by")
    return group_rows(interpreter, *data_, arguments);
  if (name == "find") {
    for (size_t i = 0; i < data_->rows.size(); ++i) {
      Value row = Value::object(new RowObject(data_, i));
      if (interpreter.invoke(key(), Arguments{std::span(&row, 1), {}}).truthy())
        return row;
    }
    return Value::none();
  }
  return print_table_method(interpreter, *data_, name, arguments);
}

std::optional<std::vector<Value>> TableObject::iterate(Interpreter& interpreter) {
  SequenceOfTable rows(data_, true);
  return rows.iterate(interpreter);
}

Value table_value(std::shared_ptr<const adapter::Table> table) {
  jinja::HostMemory uncounted;
  TableData data;
  data.column_names = table->column_names;
  data.column_types = table->column_types;
  data.rows.reserve(table->rows.size());
  for (const std::vector<adapter::Cell>& row : table->rows) {
    std::vector<Value> cells;
    cells.reserve(row.size());
    for (const adapter::Cell& cell : row)
      cells.push_back(cell_value(cell));
    data.rows.push_back(std::move(cells));
  }
  auto* object = new TableObject(std::make_shared<const TableData>(std::move(data)));
  object->set_cells(std::move(table));
  return Value::object(object);
}

Value table_value(adapter::Table table) {
  return table_value(std::make_shared<const adapter::Table>(std::move(table)));
}

Value empty_table() { return wrap(TableData{}); }

}  // namespace weft::context
