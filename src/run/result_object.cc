#include "run/result_object.h"

#include "base/clock.h"
#include "jinja/lazy_dict.h"
#include "jinja/object.h"

namespace weft::run {
namespace {

using jinja::Value;

Value timing_list(const manifest::RunResult& result) {
  std::vector<Value> made;
  for (const manifest::Timing& step : result.timing) {
    Value entry = Value::dict();
    entry.set_item("name", Value::string(step.name));
    entry.set_item("started_at", Value::string(base::format_utc(step.started_at)));
    entry.set_item("completed_at", Value::string(base::format_utc(step.completed_at)));
    made.push_back(std::move(entry));
  }
  return Value::list(std::move(made));
}

/// In the order of dbt's to_dict().
Value members_of(const manifest::Manifest& manifest, const manifest::RunResult& result) {
  Value made = Value::dict();
  made.set_item("status", Value::string(result.status));
  made.set_item("timing", timing_list(result));
  made.set_item("thread_id", Value::string(result.thread_id));
  made.set_item("execution_time", Value::floating(result.execution_time));
  made.set_item("adapter_response", Value::from_data(base::Data(result.adapter_response)));
  made.set_item("message", result.message ? Value::string(*result.message) : Value::none());
  made.set_item("failures", result.failures ? Value::integer(*result.failures) : Value::none());
  made.set_item("batch_results", Value::from_data(result.batch_results));
  manifest::NodeId id = manifest.find(result.unique_id);
  // Hooks read statuses of all results, but few nodes; one is the largest part of its result.
  made.set_item("node", id.valid() ? jinja::lazy_dict([&manifest, id] {
                  return Value::from_data(manifest::node_data(manifest, id));
                })
                                   : Value::none());
  made.set_item("unique_id", Value::string(result.unique_id));
  return made;
}

class ResultObject final : public jinja::Object {
 public:
  explicit ResultObject(Value members) : members_(std::move(members)) {}

  std::string_view type_name() const override { return "RunResult"; }

  std::optional<Value> attribute(jinja::Interpreter&, std::string_view name) override {
    const Value* found = members_.find(name);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }

  std::optional<Value> item(jinja::Interpreter& interpreter, const Value& key) override {
    return key.is_string() ? attribute(interpreter, key.as_string()) : std::nullopt;
  }

  std::optional<Value> call_method(jinja::Interpreter& interpreter, std::string_view name,
                                   const jinja::Arguments& arguments) override {
    if (name == "to_dict")
      return Value::from_data(to_data());
    return Object::call_method(interpreter, name, arguments);
  }

  std::string repr() const override { return members_.str(); }
  base::Data to_data() const override { return members_.to_data(); }

 private:
  Value members_;
};

}  // namespace

Value result_value(const manifest::Manifest& manifest, const manifest::RunResult& result) {
  return Value::object(new ResultObject(members_of(manifest, result)));
}

}  // namespace weft::run
