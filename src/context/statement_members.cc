// What the statement macro and materializations use: stored results, write(), render() and their
// kin.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "adapter/json_documents.h"
#include "base/strings.h"
#include "context/adapter_object.h"
#include "context/seed_types.h"
#include "context/table_object.h"
#include "context/worker.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

Worker& worker_of(void* self) { return *static_cast<Worker*>(self); }

/// {response, data, table} of one statement, with attributes.
Value result_value(Value response, const Value& table) {
  Value made = Value::dict();
  made.set_item("response", std::move(response));
  std::vector<Value> rows;
  if (auto* object = table.as<TableObject>()) {
    for (const std::vector<Value>& row : object->data().rows)
      rows.push_back(Value::list(row));
  }
  made.set_item("data", Value::list(std::move(rows)));
  made.set_item("table", table);
  return made;
}

void keep_result(NodeScope& scope, std::string name, Value value) {
  for (StatementResult& result : scope.results) {
    if (result.name == name) {
      result.value = std::move(value);
      return;
    }
  }
  scope.results.push_back({std::move(name), std::move(value)});
}

Value store_result(Interpreter& interpreter, const Arguments& arguments, void* self) {
  ArgumentReader reader(interpreter, "store_result", arguments,
                        {"name", "response", "agate_table"});
  Value table =
      reader.find(2) == nullptr || reader.find(2)->is_none() ? empty_table() : *reader.find(2);
  keep_result(worker_of(self).scope(), reader.text(0), result_value(reader.require(1), table));
  return Value::string("");
}

Value store_raw_result(Interpreter& interpreter, const Arguments& arguments, void* self) {
  ArgumentReader reader(interpreter, "store_raw_result", arguments,
                        {"name", "message", "code", "rows_affected", "agate_table"});
  adapter::Response response;
  response.message = reader.text_or(1, "");
  response.code = reader.text_or(2, "");
  if (const Value* rows = reader.find(3); rows != nullptr) {
    if (rows->is_integer())
      response.rows_affected = rows->as_int();
    else if (rows->is_string())
      response.rows_affected = std::atoll(std::string(rows->as_string()).c_str());
  }
  Value table =
      reader.find(4) == nullptr || reader.find(4)->is_none() ? empty_table() : *reader.find(4);
  keep_result(worker_of(self).scope(), reader.text(0),
              result_value(response_value(response), table));
  return Value::string("");
}

/// load_result(name): the result of "main" stays, any other can be read once.
Value load_result(Interpreter& interpreter, const Arguments& arguments, void* self) {
  ArgumentReader reader(interpreter, "load_result", arguments, {"name"});
  Worker& worker = worker_of(self);
  if (worker.is_parsing())
    return Value::none();
  std::string name = reader.text(0);
  std::vector<StatementResult>& results = worker.scope().results;
  auto found = std::find_if(results.begin(), results.end(),
                            [&](const StatementResult& r) { return r.name == name; });
  if (found == results.end())
    return Value::none();
  if (name == "main")
    return found->value;
  if (found->value.is_undefined()) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::RaisedByMacro;
    diagnostic.message = fmt::format(
        "The 'statement' result named '{}' has already been loaded into a variable", name);
    diagnostic.hint = "keep the first result in a variable and use that";
    interpreter.raise(std::move(diagnostic));
  }
  return std::exchange(found->value, Value());
}

/// Every place where `name` stands as a whole: one without quotes may begin a longer one.
std::string replace_names(std::string_view text, std::string_view name, std::string_view by) {
  auto continues = [](char c) {
    return c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80 ||
           std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  std::string made;
  size_t from = 0;
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, from)) {
    size_t end = at + name.size();
    bool is_whole = name.back() == '"' || end == text.size() || !continues(text[end]);
    made.append(text.substr(from, at - from)).append(is_whole ? by : name);
    from = end;
  }
  return made.append(text.substr(from));
}

/// write(payload, language): with a language, as `statement` gives it, dbt's line goes to the log.
Value write(Interpreter& interpreter, const Arguments& arguments, void* self) {
  ArgumentReader reader(interpreter, "write", arguments, {"payload", "language"});
  Worker& worker = worker_of(self);
  NodeScope& scope = worker.scope();
  if (reader.find(1) != nullptr && scope.node != nullptr) {
    worker.shared().messages.log(
        fmt::format("Writing runtime {} for node \"{}\"", reader.text(1), scope.node->unique_id),
        false, scope);
  }
  scope.written = reader.require(0).str();
  scope.has_written = true;
  // target/run shows the names that dbt would use for what is being built.
  bool is_seed = scope.node != nullptr && scope.node->type == manifest::ResourceType::Seed;
  for (const BuildName& build : scope.builds) {
    // A seed's statements are written with the final name already.
    if (is_seed)
      break;
    adapter::Relation shown = build.target;
    shown.identifier = adapter::name_with_suffix(build.target.identifier.value_or(""), "__dbt_tmp");
    scope.written = replace_names(scope.written, build.build.render_name(), shown.render_name());
  }
  return Value::string("");
}

Value render(Interpreter& interpreter, const Arguments& arguments, void* self) {
  ArgumentReader reader(interpreter, "render", arguments, {"string"});
  Worker& worker = worker_of(self);
  std::string text = reader.require(0).str();
  if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos &&
      text.find("{#") == std::string::npos)
    return Value::string(std::move(text));
  diag::Result<jinja::Rendered> rendered = worker.render_text(text, "render", worker.scope());
  if (!rendered)
    interpreter.raise(rendered.error());
  return Value::string(std::move(rendered->text));
}

/// try_or_compiler_error(message, function, …): errors of the call get this message.
Value try_or_compiler_error(Interpreter& interpreter, const Arguments& arguments, void*) {
  if (arguments.positional.size() < 2)
    interpreter.raise("TypeError", "try_or_compiler_error() needs a message and a function");
  return interpreter.invoke(arguments.positional[1],
                            Arguments{arguments.positional.subspan(2), arguments.named});
}

Value load_agate_table(Interpreter& interpreter, const Arguments&, void* self) {
  Worker& worker = worker_of(self);
  if (worker.is_parsing())
    return empty_table();
  const manifest::Node* node = worker.scope().node;
  if (node == nullptr || node->type != manifest::ResourceType::Seed) {
    interpreter.raise("CompilationError",
                      fmt::format("can only load_agate_table for seeds (got a {})",
                                  node == nullptr ? "operation" : resource_type_name(node->type)));
  }
  diag::Result<adapter::Table> table = load_seed_table(worker, *node);
  if (!table)
    interpreter.raise(table.error());
  warn_of_unknown_types(worker, *node, table->column_names);
  return table_value(std::move(*table));
}

Value raise_python(Interpreter& interpreter, const Arguments&, void*) {
  interpreter.raise("DbtRuntimeError", "Python models cannot run on postgres");
}

Value adapter_macro(Interpreter& interpreter, const Arguments&, void*) {
  interpreter.raise("CompilationError",
                    "The \"adapter_macro\" macro has been deprecated. Instead, use the "
                    "`adapter.dispatch` method to find a macro and call the result.");
}

/// validation.any[…]: a function that accepts values of the listed types or values.
class ValidationAny final : public jinja::Object {
 public:
  explicit ValidationAny(std::vector<Value> allowed) : allowed_(std::move(allowed)) {}
  std::string_view type_name() const override { return "any"; }
  bool is_callable() const override { return true; }
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override {
    std::vector<Value> allowed;
    if (key.is_tuple())
      allowed = interpreter.list_of(key);
    else
      allowed.push_back(key);
    return Value::object(new ValidationAny(std::move(allowed)));
  }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    const Value& value = arguments.positional.empty() ? kNothing() : arguments.positional[0];
    for (const Value& one : allowed_) {
      // A type stands as a class that templates cannot name: only values can be compared.
      if (!one.is_object() && one.equals(value))
        return Value::none();
      if (one.is_object())
        return Value::none();
    }
    interpreter.raise(
        "DbtValidationError",
        fmt::format("Expected value \"{}\" to be one of the allowed values", value.str()));
  }

 private:
  static const Value& kNothing() {
    thread_local const Value none = Value::none();
    return none;
  }
  std::vector<Value> allowed_;
};

Value validation(Worker&) {
  Value made = Value::dict();
  made.set_item("any", Value::object(new ValidationAny({})));
  return made;
}

Value results_value(Worker& worker) {
  Value made = Value::dict();
  for (const StatementResult& result : worker.scope().results)
    made.set_item(result.name, result.value);
  return made;
}

Value compiled_code(Worker& worker) {
  const manifest::Node* node = worker.scope().node;
  return node == nullptr || !node->compiled ? Value::none() : Value::string(node->compiled_code);
}

template <jinja::NativeFunction kFunction>
Value function_value(Worker& worker) {
  return jinja::make_function("function", kFunction, &worker);
}

constexpr Member kMembers[] = {
    {"store_result", function_value<store_result>},
    {"store_raw_result", function_value<store_raw_result>},
    {"load_result", function_value<load_result>},
    {"write", function_value<write>},
    {"render", function_value<render>},
    {"try_or_compiler_error", function_value<try_or_compiler_error>},
    {"load_agate_table", function_value<load_agate_table>},
    {"submit_python_job", function_value<raise_python>},
    {"adapter_macro", function_value<adapter_macro>},
    {"validation", validation},
    {"_sql_results", results_value, true},
    {"sql", compiled_code, true},
    {"compiled_code", compiled_code, true},
    {"sql_now", [](Worker&) { return Value::none(); }},
    {"column", [](Worker&) { return Value::none(); }},
};

}  // namespace

diag::Result<adapter::Table> load_seed_table(Worker& worker, const manifest::Node& node) {
  const Shared& shared = worker.shared();
  std::string path = node.root_path + "/" + node.original_file_path;
  if (adapter::json_layout(path)) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::SeedInvalid;
    diagnostic.message =
        fmt::format("seed `{}` is JSON, load_agate_table() reads CSV", node.original_file_path);
    return diagnostic;
  }
  base::IoResult<std::string> text = shared.env.files.read(path);
  if (!text) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::FileUnreadable;
    diagnostic.message = fmt::format("seed `{}` cannot be read: {}", path, text.error.message);
    return diagnostic;
  }
  adapter::CsvOptions options = csv_options(shared.manifest.config_of(node).values, shared.empty);
  diag::SourceId source = shared.sources.add(node.original_file_path, std::move(*text));
  return adapter::read_csv(source, shared.sources, options);
}

std::span<const Member> statement_members() { return kMembers; }

}  // namespace weft::context
