// Methods of `adapter` that need no database: quoting, dispatch, constraints, settings of
// materializations.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/text_list.h"
#include "context/adapter_object.h"
#include "context/column_object.h"
#include "context/index_object.h"
#include "context/relation_object.h"
#include "context/table_object.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

Value type(Worker&, const Arguments&) { return Value::string("postgres"); }

Value quote(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "quote", arguments, {"identifier"});
  return Value::string(adapter::quote_identifier(reader.require(0).str()));
}

/// quote_as_configured(identifier, quote_key): quoted when the project quotes that part.
Value quote_as_configured(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "quote_as_configured", arguments,
                        {"identifier", "quote_key"});
  const config::Quoting& quoting = worker.shared().root.quoting;
  std::string key = reader.text(1);
  std::optional<bool> wanted = key == "database"     ? quoting.database
                               : key == "schema"     ? quoting.schema
                               : key == "identifier" ? quoting.identifier
                                                     : std::nullopt;
  std::string name = reader.text(0);
  return Value::string(wanted.value_or(true) ? adapter::quote_identifier(name) : name);
}

Value quote_seed_column(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "quote_seed_column", arguments,
                        {"column", "quote_config"});
  const Value* wanted = reader.find(1);
  std::string column = reader.require(0).str();
  if (wanted != nullptr && !wanted->is_none() && !wanted->is_bool()) {
    worker.interpreter().raise(
        "CompilationError",
        fmt::format("The seed configuration value of \"quote_columns\" has an invalid type {}",
                    wanted->type_name()));
  }
  // PostgreSQL's seeds are quoted unless the project says no: names keep their case.
  bool quoted = wanted == nullptr || wanted->is_none() || wanted->truthy();
  return Value::string(quoted ? adapter::quote_identifier(column) : column);
}

Value dispatch(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "dispatch", arguments,
                        {"macro_name", "macro_namespace", "packages"});
  std::string name = reader.text(0);
  const Value* space = reader.find(1);
  if ((space != nullptr && !space->is_none() && !space->is_string()) || reader.find(2) != nullptr) {
    worker.interpreter().raise(
        "CompilationError",
        "The \"packages\" argument of adapter.dispatch() has been removed. Use the "
        "\"macro_namespace\" argument instead.");
  }
  std::string macro_namespace = reader.optional_text(1).value_or("");
  if (size_t dot = name.find('.'); dot != std::string::npos) {
    worker.interpreter().raise(
        "CompilationError",
        fmt::format(
            "In adapter.dispatch, got a macro name of \"{}\", but \".\" is not a valid macro "
            "name component. Did you mean `adapter.dispatch(\"{}\", macro_namespace=\"{}\")`?",
            name, name.substr(dot + 1), name.substr(0, dot)));
  }
  std::vector<std::string> tried;
  const CallableMacro* macro =
      worker.shared().macros.dispatch(worker.scope().package_name, name, macro_namespace, &tried);
  const manifest::Node* node = worker.scope().node;
  const bool is_test = node != nullptr && node->test != nullptr && node->test->metadata;
  if (macro == nullptr && macro_namespace.empty() && is_test) {
    // A package's generic test sees its own package's macros, wherever it is used.
    const std::string package = node->test->metadata->test_namespace.value_or("");
    macro = worker.shared().macros.dispatch(package, name, "", nullptr);
  }
  if (macro == nullptr)
    worker.interpreter().raise(missing_dispatch(name, macro_namespace, tried));
  return worker.macro_value(*macro);
}

Value verify_database(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "verify_database", arguments, {"database"});
  std::string database = reader.text_or(0, "");
  if (base::starts_with(database, "\""))
    database = std::string(base::trim(base::replace_all(database, "\"", "")));
  const std::string& own = worker.shared().profile.credentials.database;
  if (!base::equal_ignoring_case(database, own)) {
    worker.interpreter().raise(
        "NotImplementedError",
        fmt::format("Cross-db references not allowed in postgres ({} vs {})", database, own));
  }
  return Value::string("");
}

/// parse_index(raw_index): an item of `indexes` as an object with `render(relation)`.
Value parse_index(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "parse_index", arguments, {"raw_index"});
  const Value& raw = reader.require(0);
  if (raw.is_none())
    return Value::none();
  return index_value(read_index(worker.interpreter(), raw), worker.scope().builds);
}

/// {privilege: [grantees]} of a table with columns grantee and privilege_type.
Value standardize_grants_dict(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "standardize_grants_dict", arguments,
                        {"grants_table"});
  Value made = Value::dict();
  auto* table = reader.require(0).as<TableObject>();
  if (table == nullptr)
    return made;
  const TableData& data = table->data();
  auto index_of = [&](std::string_view name) {
    for (size_t i = 0; i < data.column_names.size(); ++i) {
      if (base::equal_ignoring_case(data.column_names[i], name))
        return i;
    }
    worker.interpreter().raise("KeyError", std::string(name));
  };
  if (data.rows.empty())
    return made;
  size_t grantee = index_of("grantee"), privilege = index_of("privilege_type");
  for (const auto& row : data.rows) {
    const Value* list = made.find(row[privilege]);
    if (list == nullptr) {
      made.set_item(row[privilege], Value::list());
      list = made.find(row[privilege]);
    }
    Value shared = *list;
    shared.append(row[grantee]);
  }
  return made;
}

Value get_hard_deletes_behavior(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "get_hard_deletes_behavior", arguments, {"config"});
  const Value& config = reader.require(0);
  Value keys[] = {Value::string("invalidate_hard_deletes"), Value::string("hard_deletes")};
  auto get = [&](const Value& key) {
    Value args[] = {key, Value::none()};
    return jinja::call_builtin_method(worker.interpreter(), config, "get", Arguments{args, {}});
  };
  Value legacy = get(keys[0]), modern = get(keys[1]);
  bool has_modern = !modern.is_none() && !modern.is_undefined();
  if (legacy.truthy() && has_modern) {
    worker.interpreter().raise("DbtValidationError",
                               "You cannot set both the invalidate_hard_deletes and hard_deletes "
                               "config properties on the same snapshot.");
  }
  if (legacy.truthy())
    return Value::string("invalidate");
  if (!has_modern)
    return Value::string("ignore");
  std::string word = modern.str();
  if (word != "ignore" && word != "invalidate" && word != "new_record")
    worker.interpreter().raise("DbtValidationError", "Invalid setting for property hard_deletes.");
  return Value::string(word);
}

constexpr std::array<std::string_view, 4> kStrategies = {"append", "delete+insert", "merge",
                                                         "microbatch"};

/// get_incremental_strategy_macro(context, strategy): the macro that builds a strategy's SQL.
Value get_incremental_strategy_macro(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "get_incremental_strategy_macro", arguments,
                        {"model_context", "strategy"});
  std::string strategy = reader.text(1);
  std::string name = "get_incremental_" + base::replace_all(strategy, "+", "_") + "_sql";
  const CallableMacro* macro = worker.shared().macros.find(worker.scope().package_name, name);
  bool is_known = strategy == "default" ||
                  std::find(kStrategies.begin(), kStrategies.end(), strategy) != kStrategies.end();
  bool is_builtin = worker.shared().macros.is_builtin(worker.scope().package_name, name);
  if (macro == nullptr || (!is_known && is_builtin)) {
    std::string known;
    for (std::string_view one : kStrategies)
      known += (known.empty() ? "" : ", ") + std::string(one);
    worker.interpreter().raise(
        "DbtRuntimeError",
        is_builtin
            ? fmt::format("The incremental strategy '{}' is not valid for this adapter", strategy)
            : fmt::format(
                  "dbt could not find an incremental strategy macro with the name \"{}\" in "
                  "{} (built in: {})",
                  name, worker.shared().root.name, known));
  }
  return worker.macro_value(*macro);
}

/// Data of a value's key, or nothing for none and missing.
std::optional<std::string> text_of(const base::Data& data, std::string_view key) {
  const base::Data* value = data.get(key);
  if (value == nullptr || value->is_null())
    return std::nullopt;
  return python_str(*value);
}

/// "a, b" of a key that holds a list.
std::string listed(const base::Data& data, std::string_view key) {
  const base::Data* list = data.get(key);
  return list != nullptr && list->is_list() ? base::join(base::text_list(list), ", ") : "";
}

/// "constraint name" and the words of one constraint; empty for a kind that PostgreSQL lacks.
std::string render_constraint(const base::Data& constraint, bool is_model) {
  std::string type = text_of(constraint, "type").value_or("");
  std::string expression = text_of(constraint, "expression").value_or("");
  std::string columns = is_model ? listed(constraint, "columns") : "";
  std::string prefix;
  if (std::optional<std::string> name = text_of(constraint, "name"); name && is_model)
    prefix = fmt::format("constraint {} ", *name);
  auto join = [](std::string words, const std::string& rest) {
    return rest.empty() ? words : words + " " + rest;
  };
  if (type == "check")
    return expression.empty() ? "" : fmt::format("{}check ({})", prefix, expression);
  if (type == "custom")
    return expression.empty() ? "" : prefix + expression;
  if (type == "not_null")
    return is_model ? "" : join("not null", expression);
  if (type == "unique" || type == "primary_key") {
    std::string words = type == "unique" ? "unique" : "primary key";
    if (is_model)
      return join(fmt::format("{}{} ({})", prefix, words, columns), expression);
    return join(words, expression);
  }
  if (type != "foreign_key")
    return "";
  std::optional<std::string> to = text_of(constraint, "to");
  std::string target = expression;
  if (to)
    target = fmt::format("{} ({})", *to, listed(constraint, "to_columns"));
  if (target.empty())
    return "";
  return is_model ? fmt::format("{}foreign key ({}) references {}", prefix, columns, target)
                  : fmt::format("references {}", target);
}

/// render_raw_columns_constraints({name: column}): "name type constraints" a column.
Value render_raw_columns_constraints(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "render_raw_columns_constraints", arguments,
                        {"raw_columns"});
  base::Data columns = reader.require(0).to_data();
  std::vector<Value> made;
  if (!columns.is_map())
    return Value::list();
  for (const auto& [key, column] : columns.as_map()) {
    std::string name = text_of(column, "name").value_or(key);
    const base::Data* quoted = column.get("quote");
    std::string line =
        quoted != nullptr && quoted->truthy() ? adapter::quote_identifier(name) : name;
    line += " " + text_of(column, "data_type").value_or("None");
    if (const base::Data* list = column.get("constraints"); list != nullptr && list->is_list()) {
      for (const base::Data& constraint : list->as_list()) {
        std::string words = render_constraint(constraint, false);
        if (!words.empty())
          line += " " + words;
      }
    }
    made.push_back(Value::string(line));
  }
  return Value::list(std::move(made));
}

Value render_raw_model_constraints(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "render_raw_model_constraints", arguments,
                        {"raw_constraints"});
  base::Data constraints = reader.require(0).to_data();
  std::vector<Value> made;
  if (constraints.is_list()) {
    for (const base::Data& constraint : constraints.as_list()) {
      std::string words = render_constraint(constraint, true);
      if (!words.empty())
        made.push_back(Value::string(words));
    }
  }
  return Value::list(std::move(made));
}

/// convert_type(agate_table, col_idx): the SQL type of a seed's column.
Value convert_type(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "convert_type", arguments,
                        {"agate_table", "col_idx"});
  auto* table = reader.require(0).as<TableObject>();
  const Value& index = reader.require(1);
  if (table == nullptr || !index.is_integer() || table->cells() == nullptr)
    return Value::string("text");
  auto column = static_cast<size_t>(index.as_int());
  if (column >= table->cells()->column_names.size())
    worker.interpreter().raise("IndexError", "list index out of range");
  return Value::string(adapter::seed_column_type(*table->cells(), column));
}

Value nothing(Worker&, const Arguments&) { return Value::string(""); }

constexpr AdapterMethod kMethods[] = {
    {"type", type},
    {"quote", quote},
    {"quote_as_configured", quote_as_configured},
    {"quote_seed_column", quote_seed_column},
    {"dispatch", dispatch},
    {"verify_database", verify_database},
    {"parse_index", parse_index},
    {"standardize_grants_dict", standardize_grants_dict},
    {"get_hard_deletes_behavior", get_hard_deletes_behavior, [] { return Value::none(); }},
    {"get_incremental_strategy_macro", get_incremental_strategy_macro,
     [] { return Value::none(); }},
    {"render_raw_columns_constraints", render_raw_columns_constraints},
    {"render_raw_model_constraints", render_raw_model_constraints},
    {"convert_type", convert_type},
    {"get_pseudocolumns_for_relation", [](Worker&, const Arguments&) { return Value::list(); }},
    {"get_partitions_metadata", [](Worker&, const Arguments&) { return empty_table(); }},
    {"nice_connection_name", nothing},
};

}  // namespace

std::span<const AdapterMethod> pure_adapter_methods() { return kMethods; }

}  // namespace weft::context
