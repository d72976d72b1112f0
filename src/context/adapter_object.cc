#include "context/adapter_object.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/column_object.h"
#include "context/error_place.h"
#include "context/relation_object.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

const AdapterMethod* find_method(std::string_view name) {
  static const std::unordered_map<std::string_view, const AdapterMethod*> table = [] {
    std::unordered_map<std::string_view, const AdapterMethod*> made;
    for (std::span<const AdapterMethod> topic :
         {pure_adapter_methods(), query_adapter_methods(), publish_adapter_methods(),
          partition_adapter_methods(), seed_adapter_methods()}) {
      for (const AdapterMethod& method : topic)
        made.emplace(method.name, &method);
    }
    return made;
  }();
  auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

/// adapter.behavior.<flag>: true or false, with no_warn for both.
class BehaviorFlag final : public jinja::Object {
 public:
  explicit BehaviorFlag(bool value) : value_(value) {}
  std::string_view type_name() const override { return "BehaviorFlagRendered"; }
  bool truthy() const override { return value_; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "setting" || name == "no_warn")
      return Value::boolean(value_);
    return std::nullopt;
  }
  std::string str() const override { return value_ ? "True" : "False"; }

 private:
  bool value_;
};

class BehaviorObject final : public jinja::Object {
 public:
  explicit BehaviorObject(Worker& worker) : worker_(worker) {}
  std::string_view type_name() const override { return "Behavior"; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    const base::Data* value = worker_.shared().flags.find(base::to_lower(name));
    if (value == nullptr)
      return std::nullopt;
    return Value::object(new BehaviorFlag(value->truthy()));
  }

 private:
  Worker& worker_;
};

/// adapter.config: what packages read of the runtime configuration.
Value runtime_config(Worker& worker) {
  const Shared& shared = worker.shared();
  Value made = Value::dict();
  made.set_item("project_name", Value::string(shared.root.name));
  made.set_item("project_root", Value::string(shared.root.root));
  made.set_item("profile_name", Value::string(shared.profile.name));
  made.set_item("target_name", Value::string(shared.profile.target_name));
  made.set_item("threads", Value::integer(shared.profile.threads));
  made.set_item("credentials", Value::from_data(base::Data(shared.profile.target)));
  made.set_item("vars", Value::from_data(base::Data(shared.root.vars)));
  return made;
}

class MethodObject final : public jinja::Object {
 public:
  MethodObject(Worker& worker, const AdapterMethod& method) : worker_(worker), method_(method) {}
  std::string_view type_name() const override { return "method"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter&, const Arguments& arguments) override {
    if (worker_.is_parsing() && method_.while_parsing != nullptr)
      return method_.while_parsing();
    return method_.run(worker_, arguments);
  }

 private:
  Worker& worker_;
  const AdapterMethod& method_;
};

class AdapterObject final : public jinja::Object {
 public:
  explicit AdapterObject(Worker& worker) : worker_(worker) {}
  std::string_view type_name() const override { return "RuntimeDatabaseWrapper"; }
  std::string_view module_name() const override { return "dbt.context.providers"; }

  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "behavior")
      return Value::object(new BehaviorObject(worker_));
    if (name == "config")
      return runtime_config(worker_);
    if (name == "Relation")
      return relation_class();
    if (name == "Column")
      return column_class();
    const AdapterMethod* method = find_method(name);
    if (method == nullptr)
      return std::nullopt;
    return Value::object(new MethodObject(worker_, *method));
  }

  std::optional<Value> call_method(Interpreter&, std::string_view name,
                                   const Arguments& arguments) override {
    const AdapterMethod* method = find_method(name);
    if (method == nullptr)
      return std::nullopt;
    if (worker_.is_parsing() && method->while_parsing != nullptr)
      return method->while_parsing();
    return method->run(worker_, arguments);
  }

 private:
  Worker& worker_;
};

Value api_value(Worker&) {
  Value made = Value::dict();
  made.set_item("Relation", relation_class());
  made.set_item("Column", column_class());
  return made;
}

constexpr Member kMembers[] = {
    {"adapter", [](Worker& w) { return Value::object(new AdapterObject(w)); }},
    {"api", api_value},
};

/// dict-like AdapterResponse.
class ResponseObject final : public jinja::Object {
 public:
  explicit ResponseObject(adapter::Response response) : response_(std::move(response)) {}
  std::string_view type_name() const override { return "AdapterResponse"; }
  std::string_view module_name() const override { return "dbt.adapters.contracts.connection"; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "_message" || name == "message")
      return Value::string(response_.message);
    if (name == "code")
      return Value::string(response_.code);
    if (name == "rows_affected")
      return Value::integer(response_.rows_affected);
    return std::nullopt;
  }
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override {
    return key.is_string() ? attribute(interpreter, key.as_string()) : std::nullopt;
  }
  std::optional<Value> call_method(Interpreter&, std::string_view name, const Arguments&) override {
    if (name == "to_dict")
      return Value::from_data(to_data());
    return std::nullopt;
  }
  std::string str() const override { return response_.message; }
  std::string repr() const override { return response_.message; }
  base::Data to_data() const override {
    base::DataMap made;
    made.set("_message", base::Data(response_.message));
    made.set("code", base::Data(response_.code));
    made.set("rows_affected", base::Data(response_.rows_affected));
    return base::Data(std::move(made));
  }

 private:
  adapter::Response response_;
};

}  // namespace

std::span<const Member> adapter_members() { return kMembers; }

adapter::Adapter& adapter_of(Worker& worker) {
  if (worker.shared().adapter == nullptr)
    worker.interpreter().raise("DbtRuntimeError", "no database may be asked here");
  return *worker.shared().adapter;
}

adapter::Relation relation_at(Worker& worker, const ArgumentReader& reader, size_t index,
                              std::string_view function) {
  return relation_argument(worker.interpreter(), reader.require(index), function);
}

Value response_value(const adapter::Response& response) {
  return Value::object(new ResponseObject(response));
}

void raise_database_error(Worker& worker, diag::Diagnostic error, std::string_view sql) {
  place_database_error(error, worker.scope(), worker.shared().sources, sql);
  worker.interpreter().raise(std::move(error));
}

}  // namespace weft::context
