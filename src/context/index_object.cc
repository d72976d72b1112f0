#include "context/index_object.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "adapter/relation.h"
#include "base/hash.h"
#include "base/strings.h"
#include "context/relation_object.h"
#include "context/table_object.h"
#include "context/worker.h"

namespace weft::context {
namespace {

using adapter::Relation;
using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

constexpr std::array<std::string_view, 8> kKeys = {"columns", "expressions",       "unique",
                                                   "type",    "include",           "where",
                                                   "opclass", "nulls_not_distinct"};
constexpr std::string_view kNamePrefix = "weft_";
constexpr size_t kHashDigits = 16, kBuildDigits = 8, kDbtNameDigits = 32;

/// Words of dbt's schema check.
std::string not_of_type(std::string_view path, const Value& value, std::string_view type) {
  return fmt::format("at path {}: {} is not of type {}", path, value.repr(), type);
}

bool is_list(const Value& value) { return value.is_list() || value.is_tuple(); }

std::optional<std::string> list_problem(const Value& raw, const char* key) {
  const Value* list = raw.find(key);
  if (list == nullptr || list->is_none())
    return std::nullopt;
  if (!is_list(*list))
    return not_of_type(fmt::format("['{}']", key), *list, "'array'");
  for (size_t i = 0; i < list->size(); ++i) {
    if (!list->at(i).is_string())
      return not_of_type(fmt::format("['{}'][{}]", key, i), list->at(i), "'string'");
  }
  return std::nullopt;
}

std::optional<std::string> unknown_key(Interpreter& interpreter, const Value& raw) {
  for (const Value& key : interpreter.list_of(raw)) {
    if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end()) {
      return fmt::format("at path []: Additional properties are not allowed ({} was unexpected)",
                         key.repr());
    }
  }
  return std::nullopt;
}

/// Why an item of `indexes` cannot be used, in the words of dbt's schema check.
std::optional<std::string> index_problem(Interpreter& interpreter, const Value& raw) {
  if (raw.find("columns") == nullptr && raw.find("expressions") == nullptr)
    return "at path []: 'columns' is a required property";
  if (std::optional<std::string> unknown = unknown_key(interpreter, raw))
    return unknown;
  for (const char* key : {"columns", "expressions", "include"}) {
    if (std::optional<std::string> problem = list_problem(raw, key))
      return problem;
  }
  for (const char* key : {"unique", "nulls_not_distinct"}) {
    const Value* flag = raw.find(key);
    if (flag != nullptr && !flag->is_bool())
      return not_of_type(fmt::format("['{}']", key), *flag, "'boolean'");
  }
  for (const char* key : {"type", "where"}) {
    const Value* text = raw.find(key);
    if (text != nullptr && !text->is_none() && !text->is_string())
      return not_of_type(fmt::format("['{}']", key), *text, "'string', 'null'");
  }
  const Value* opclass = raw.find("opclass");
  if (opclass != nullptr && !opclass->is_none() && !opclass->is_string() && !opclass->is_dict())
    return not_of_type("['opclass']", *opclass, "'string', 'object'");
  return std::nullopt;
}

std::vector<std::string> texts(Interpreter& interpreter, const Value& raw, const char* key) {
  std::vector<std::string> made;
  const Value* list = raw.find(key);
  if (list == nullptr || list->is_none())
    return made;
  for (const Value& item : interpreter.list_of(*list))
    made.push_back(item.str());
  return made;
}

std::optional<std::string> text_of(const Value& raw, const char* key) {
  const Value* text = raw.find(key);
  if (text == nullptr || text->is_none())
    return std::nullopt;
  return text->str();
}

bool flag_of(const Value& raw, const char* key) {
  const Value* flag = raw.find(key);
  return flag != nullptr && flag->truthy();
}

/// All that makes one index differ from another.
std::string definition(const IndexConfig& index) {
  return fmt::format("{}\n{}\n{}\n{}", base::join(index.keys(), "\n"), index.unique,
                     base::to_lower(index.type.value_or("btree")), index.options());
}

std::string build_suffix(const Relation& build) {
  return "_b" + base::md5_hex(build.identifier.value_or("")).substr(0, kBuildDigits);
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Named by weft, or by dbt with a digest.
bool is_managed(std::string_view name) {
  if (name.size() == kDbtNameDigits && is_hex(name))
    return true;
  return base::starts_with(name, kNamePrefix) && name.size() == kNamePrefix.size() + kHashDigits &&
         is_hex(name.substr(kNamePrefix.size()));
}

/// What the database has.
struct PresentIndex {
  std::string name, method, columns;
  bool unique = false;
  /// Columns only: no expression, no condition, nothing included.
  bool is_plain = true;

  bool is(const IndexConfig& index, const std::string& wanted_name) const {
    if (name == wanted_name)
      return true;
    return is_plain && index.is_plain() && unique == index.unique &&
           method == base::to_lower(index.type.value_or("btree")) &&
           columns == base::to_lower(base::join(index.columns, ","));
  }
};

std::vector<PresentIndex> present_indexes(const Value& table) {
  std::vector<PresentIndex> made;
  auto* object = table.as<TableObject>();
  if (object == nullptr)
    return made;
  const std::vector<std::string>& names = object->data().column_names;
  for (const std::vector<Value>& row : object->data().rows) {
    PresentIndex index;
    for (size_t i = 0; i < names.size() && i < row.size(); ++i) {
      if (names[i] == "name")
        index.name = row[i].str();
      else if (names[i] == "method")
        index.method = row[i].str();
      else if (names[i] == "unique")
        index.unique = row[i].truthy();
      else if (names[i] == "column_names")
        index.columns = row[i].is_none() ? std::string() : base::to_lower(row[i].str());
      else if (names[i] == "is_plain")
        index.is_plain = row[i].truthy();
    }
    made.push_back(std::move(index));
  }
  return made;
}

Value change(std::string_view action, Value context) {
  Value made = Value::dict();
  made.set_item("action", Value::string(action));
  made.set_item("context", std::move(context));
  return made;
}

class IndexObject final : public jinja::Object {
 public:
  IndexObject(IndexConfig index, std::vector<BuildName> builds)
      : index_(std::move(index)), builds_(std::move(builds)) {}
  std::string_view type_name() const override { return "PostgresIndexConfig"; }
  std::string_view module_name() const override { return "dbt.adapters.postgres.relation_configs.index"; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "columns")
      return list_value(index_.columns);
    if (name == "keys")
      return list_value(index_.keys());
    if (name == "options")
      return Value::string(index_.options());
    if (name == "unique")
      return Value::boolean(index_.unique);
    if (name == "type")
      return index_.type ? Value::string(*index_.type) : Value::none();
    return std::nullopt;
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name != "render")
      return std::nullopt;
    ArgumentReader reader(interpreter, name, arguments, {"relation"});
    return Value::string(
        index_name(index_, relation_argument(interpreter, reader.require(0), name), builds_));
  }

 private:
  static Value list_value(const std::vector<std::string>& items) {
    std::vector<Value> made;
    for (const std::string& item : items)
      made.push_back(Value::string(item));
    return Value::list(std::move(made));
  }

  IndexConfig index_;
  std::vector<BuildName> builds_;
};

}  // namespace

bool IndexConfig::is_plain() const {
  return expressions.empty() && include.empty() && !where && opclasses.empty() &&
         !nulls_not_distinct;
}

std::vector<std::string> IndexConfig::keys() const {
  std::vector<std::string> made;
  for (const std::string& column : columns) {
    auto found = std::find_if(opclasses.begin(), opclasses.end(), [&](const auto& named) {
      return named.first.empty() || named.first == column;
    });
    made.push_back(found == opclasses.end() ? column : column + " " + found->second);
  }
  for (const std::string& expression : expressions)
    made.push_back("(" + expression + ")");
  return made;
}

std::string IndexConfig::options() const {
  std::string made;
  if (!include.empty())
    made += fmt::format(" include ({})", base::join(include, ", "));
  if (nulls_not_distinct)
    made += " nulls not distinct";
  if (where)
    made += " where " + *where;
  return made;
}

IndexConfig read_index(Interpreter& interpreter, const Value& raw) {
  if (!raw.is_dict()) {
    interpreter.raise("CompilationError",
                      fmt::format("Invalid index config:\n  Got: {}\n  Expected a dictionary with "
                                  "at minimum a \"columns\" key",
                                  raw.str()));
  }
  if (std::optional<std::string> problem = index_problem(interpreter, raw)) {
    interpreter.raise("CompilationError",
                      fmt::format("Could not parse index config: {}", *problem));
  }
  IndexConfig index;
  index.columns = texts(interpreter, raw, "columns");
  index.expressions = texts(interpreter, raw, "expressions");
  index.include = texts(interpreter, raw, "include");
  index.unique = flag_of(raw, "unique");
  index.nulls_not_distinct = flag_of(raw, "nulls_not_distinct");
  index.type = text_of(raw, "type");
  index.where = text_of(raw, "where");
  const Value* opclass = raw.find("opclass");
  if (opclass != nullptr && opclass->is_string())
    index.opclasses.emplace_back("", opclass->str());
  if (opclass != nullptr && opclass->is_dict()) {
    for (const Value& column : interpreter.list_of(*opclass))
      index.opclasses.emplace_back(column.str(), opclass->find(column)->str());
  }
  return index;
}

std::string index_name(const IndexConfig& index, const Relation& relation,
                       const std::vector<BuildName>& builds) {
  const Relation* target = &relation;
  for (const BuildName& build : builds) {
    if (build.build.same_path(relation))
      target = &build.target;
  }
  std::string hash = base::md5_hex(fmt::format("{}\n{}\n{}", target->schema.value_or(""),
                                               target->identifier.value_or(""), definition(index)))
                         .substr(0, kHashDigits);
  std::string name = std::string(kNamePrefix) + hash;
  return target->same_path(relation) ? name : name + build_suffix(relation);
}

Value index_value(IndexConfig index, std::vector<BuildName> builds) {
  return Value::object(new IndexObject(std::move(index), std::move(builds)));
}

std::vector<Value> index_changes(Interpreter& interpreter, const Relation& relation,
                                 const Value& present, const Value& wanted) {
  std::vector<PresentIndex> there = present_indexes(present);
  std::vector<bool> is_wanted(there.size(), false);
  std::vector<Value> creations;
  for (const Value& raw : wanted.is_none() ? std::vector<Value>() : interpreter.list_of(wanted)) {
    IndexConfig index = read_index(interpreter, raw);
    std::string name = index_name(index, relation, {});
    auto found = std::find_if(there.begin(), there.end(),
                              [&](const PresentIndex& one) { return one.is(index, name); });
    if (found != there.end()) {
      is_wanted[static_cast<size_t>(found - there.begin())] = true;
      continue;
    }
    Value context = Value::dict();
    context.set_item("name", Value::string(name));
    context.set_item("as_node_config", raw);
    creations.push_back(change("create", std::move(context)));
  }
  std::vector<Value> changes;
  for (size_t i = 0; i < there.size(); ++i) {
    if (is_wanted[i] || !is_managed(there[i].name))
      continue;
    Value context = Value::dict();
    context.set_item("name", Value::string(there[i].name));
    changes.push_back(change("drop", std::move(context)));
  }
  changes.insert(changes.end(), creations.begin(), creations.end());
  return changes;
}

}  // namespace weft::context
