// exceptions: how macros end a render with an error or leave a warning.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/adapter_object.h"
#include "context/table_object.h"
#include "context/table_print.h"
#include "context/worker.h"
#include "jinja/ops.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

/// An error of a macro; the worker adds the node and the macros that led there.
[[noreturn]] void raise_with_headline(Worker& worker, diag::Code code, std::string_view headline,
                                      const std::string& message) {
  diag::Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.message = message;
  if (headline != code_info(code).headline) {
    const manifest::Node* node = worker.scope().node;
    diagnostic.legacy_text =
        fmt::format("{}{}\n  {}", headline, node == nullptr ? "" : " in " + describe_node(*node),
                    base::replace_all(message, "\n", "\n  "));
  }
  worker.interpreter().raise(std::move(diagnostic));
}

[[noreturn]] void raise_compiler_error(Worker& worker, const std::string& message) {
  raise_with_headline(worker, diag::Code::RaisedByMacro, "Compilation Error", message);
}

/// Where warnings are errors, the text fails like one that the macro raises.
Value warn_with(Worker& worker, std::string message) {
  diag::Diagnostic warning;
  warning.code = diag::Code::WarnedByMacro;
  warning.message = std::move(message);
  warning.event_data.set("msg", base::Data(warning.message));
  diag::Status status = worker.shared().messages.warn(std::move(warning));
  if (!status)
    raise_compiler_error(worker, status.error().message);
  return Value::string("");
}

Value warn(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "warn", arguments, {"msg", "node"});
  return warn_with(worker, reader.require(0).str());
}

/// The text of an argument; given by name, it counts in the order of the call.
std::string first_text(const Arguments& arguments, size_t index = 0) {
  size_t positional = arguments.positional.size();
  if (index < positional)
    return arguments.positional[index].str();
  return index - positional < arguments.named.size()
             ? arguments.named[index - positional].value.str()
             : "";
}

/// Columns with their types.
using TypedColumns = std::vector<std::pair<std::string, std::string>>;

TypedColumns typed_columns(Worker& worker, const Arguments& arguments, size_t index) {
  TypedColumns columns;
  if (arguments.positional.size() <= index)
    return columns;
  for (const Value& column : worker.interpreter().list_of(arguments.positional[index])) {
    const Value* name = column.is_dict() ? column.find("name") : nullptr;
    const Value* type = column.is_dict() ? column.find("data_type") : nullptr;
    columns.emplace_back(name == nullptr ? "" : name->str(), type == nullptr ? "" : type->str());
  }
  return columns;
}

/// Name, type of the query, type of the contract, and what is wrong with them; sorted.
std::vector<std::array<std::string, 4>> contract_mismatches(const TypedColumns& contract,
                                                            const TypedColumns& query) {
  auto find = [](const TypedColumns& columns, const std::string& name) {
    return std::find_if(columns.begin(), columns.end(), [&](const auto& column) {
      return base::equal_ignoring_case(column.first, name);
    });
  };
  std::vector<std::array<std::string, 4>> mismatches;
  for (const auto& [name, type] : query) {
    auto found = find(contract, name);
    if (found == contract.end())
      mismatches.push_back({name, type, "", "missing in contract"});
    else if (!base::equal_ignoring_case(found->second, type))
      mismatches.push_back({name, type, found->second, "data type mismatch"});
  }
  for (const auto& [name, type] : contract) {
    if (find(query, name) == query.end())
      mismatches.push_back({name, "", type, "missing in definition"});
  }
  std::sort(mismatches.begin(), mismatches.end());
  return mismatches;
}

/// A table of what the contract says and what the query gives, as dbt prints it.
[[noreturn]] void raise_contract_error(Worker& worker, const Arguments& arguments) {
  TypedColumns contract = typed_columns(worker, arguments, 0);
  TypedColumns query = typed_columns(worker, arguments, 1);
  if (query.empty() && contract.empty())
    raise_compiler_error(worker,
                         "This model has an enforced contract, and its query has no columns");
  TableData table;
  table.column_names = {"column_name", "definition_type", "contract_type", "mismatch_reason"};
  table.column_types.assign(4, adapter::ColumnType::Text);
  for (const auto& cells : contract_mismatches(contract, query)) {
    std::vector<Value>& row = table.rows.emplace_back();
    for (const std::string& cell : cells)
      row.push_back(Value::string(cell));
  }
  raise_compiler_error(
      worker,
      "This model has an enforced contract that failed.\nPlease ensure the name, data_type, and "
      "number of columns in your contract match the columns in your model's definition.\n\n" +
          table_text(table, 50, 50, 50));
}

using Handler = Value (*)(Worker& worker, const Arguments& arguments);

struct ExceptionFunction {
  std::string_view name;
  Handler run;
};

Value compiler_error(Worker& worker, const Arguments& arguments) {
  ArgumentReader reader(worker.interpreter(), "raise_compiler_error", arguments, {"msg", "node"});
  raise_compiler_error(worker, reader.require(0).str());
}

Value database_error(Worker& worker, const Arguments& arguments) {
  raise_with_headline(worker, diag::Code::DatabaseFailed, "Database Error", first_text(arguments));
}

Value not_implemented(Worker& worker, const Arguments& arguments) {
  raise_with_headline(worker, diag::Code::RaisedByMacro, "Runtime Error",
                      "ERROR: " + first_text(arguments));
}

Value fail_fast(Worker& worker, const Arguments& arguments) {
  raise_with_headline(worker, diag::Code::FailFast, "FailFast Error", first_text(arguments));
}

Value column_type_missing(Worker& worker, const Arguments& arguments) {
  raise_compiler_error(
      worker,
      "Contracted models require data_type to be defined for each column. Please ensure that the "
      "column name and data_type are defined within the YAML configuration for the " +
          first_text(arguments) + " column(s).");
}

Value relation_wrong_type(Worker& worker, const Arguments& arguments) {
  Value type = Value::none(), relation = Value::none();
  if (!arguments.positional.empty()) {
    relation = arguments.positional[0];
    type = jinja::get_attribute(worker.interpreter(), relation, "type");
  }
  raise_compiler_error(
      worker,
      fmt::format("Trying to create {} {}, but it currently exists as a {}. Either drop {} "
                  "manually, or run dbt with `--full-refresh` and dbt will drop it for you.",
                  first_text(arguments, 1), relation.str(), type.str(), relation.str()));
}

Value snapshot_time_types(Worker& worker, const Arguments& arguments) {
  return warn_with(worker,
                   fmt::format("Data type of snapshot table timestamp columns ({}) doesn't match "
                               "derived column 'updated_at' ({}). Please update snapshot config "
                               "'updated_at'.",
                               first_text(arguments), first_text(arguments, 1)));
}

/// Errors that take one or more values and are told apart by their words only.
Value generic_error(Worker& worker, const Arguments& arguments) {
  std::string message;
  for (const Value& part : arguments.positional)
    message += (message.empty() ? "" : " ") + part.str();
  raise_compiler_error(worker, message);
}

constexpr ExceptionFunction kFunctions[] = {
    {"raise_compiler_error", compiler_error},
    {"warn", warn},
    {"raise_database_error", database_error},
    {"raise_not_implemented", not_implemented},
    {"raise_fail_fast_error", fail_fast},
    {"raise_contract_error",
     [](Worker& worker, const Arguments& arguments) -> Value {
       raise_contract_error(worker, arguments);
     }},
    {"column_type_missing", column_type_missing},
    {"relation_wrong_type", relation_wrong_type},
    {"warn_snapshot_timestamp_data_types", snapshot_time_types},
    {"missing_config", generic_error},
    {"missing_materialization", generic_error},
    {"missing_relation", generic_error},
    {"raise_ambiguous_alias", generic_error},
    {"raise_ambiguous_catalog_match", generic_error},
    {"raise_cache_inconsistent", generic_error},
    {"raise_dataclass_not_dict", generic_error},
    {"raise_dep_not_found", generic_error},
    {"raise_dependency_error", generic_error},
    {"raise_duplicate_patch_name", generic_error},
    {"raise_duplicate_resource_name", generic_error},
    {"raise_invalid_property_yml_version", generic_error},
    {"raise_duplicate_macro_name", generic_error},
    {"raise_duplicate_alias", generic_error},
    {"raise_parsing_error", generic_error},
};

class ExceptionsObject final : public jinja::Object {
 public:
  explicit ExceptionsObject(Worker& worker) : worker_(worker) {}
  std::string_view type_name() const override { return "dict"; }
  bool is_mapping() const override { return true; }

  std::optional<Value> call_method(Interpreter&, std::string_view name,
                                   const Arguments& arguments) override {
    for (const ExceptionFunction& function : kFunctions) {
      if (function.name == name)
        return function.run(worker_, arguments);
    }
    return std::nullopt;
  }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    for (const ExceptionFunction& function : kFunctions) {
      if (function.name == name)
        return Value::object(new Bound(worker_, function));
    }
    return std::nullopt;
  }
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override {
    return key.is_string() ? attribute(interpreter, key.as_string()) : std::nullopt;
  }

 private:
  class Bound final : public jinja::Object {
   public:
    Bound(Worker& worker, const ExceptionFunction& function)
        : worker_(worker), function_(function) {}
    std::string_view type_name() const override { return "function"; }
    bool is_callable() const override { return true; }
    Value call(Interpreter&, const Arguments& arguments) override {
      return function_.run(worker_, arguments);
    }

   private:
    Worker& worker_;
    const ExceptionFunction& function_;
  };

  Worker& worker_;
};

constexpr Member kMembers[] = {
    {"exceptions", [](Worker& w) { return Value::object(new ExceptionsObject(w)); }},
};

}  // namespace

std::span<const Member> exception_members() { return kMembers; }

}  // namespace weft::context
