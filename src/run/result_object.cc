#include "run/result_object.h"

#include <functional>
#include <optional>

#include "base/clock.h"
#include "context/plain_names.h"
#include "jinja/object.h"

namespace weft::run {
namespace {

using jinja::Value;

/// An object of dbt's: its members are attributes and items, and to_dict() gives them all.
class MemberObject : public jinja::Object {
 public:
  std::optional<Value> item(jinja::Interpreter& interpreter, const Value& key) override {
    return key.is_string() ? attribute(interpreter, key.as_string()) : std::nullopt;
  }

  std::optional<Value> call_method(jinja::Interpreter& interpreter, std::string_view name,
                                   const jinja::Arguments& arguments) override {
    if (name == "to_dict")
      return Value::from_data(to_data());
    return Object::call_method(interpreter, name, arguments);
  }
};

/// A step of a node: its times are moments without a zone, and texts in to_dict().
class TimingObject final : public MemberObject {
 public:
  explicit TimingObject(manifest::Timing step) : step_(std::move(step)) {}

  std::string_view type_name() const override { return "TimingInfo"; }

  std::optional<Value> attribute(jinja::Interpreter&, std::string_view name) override {
    if (name == "name")
      return Value::string(step_.name);
    if (name == "started_at")
      return moment(step_.started_at);
    return name == "completed_at" ? std::optional(moment(step_.completed_at)) : std::nullopt;
  }

  base::Data to_data() const override {
    base::DataMap made;
    made.set("name", base::Data(step_.name));
    made.set("started_at", base::Data(base::format_utc(step_.started_at)));
    made.set("completed_at", base::Data(base::format_utc(step_.completed_at)));
    return base::Data(std::move(made));
  }

 private:
  static Value moment(int64_t microseconds) {
    jinja::DateTime utc = context::utc_date_time(microseconds);
    utc.utc_offset.reset();
    utc.zone.clear();
    return Value::date_time(std::move(utc));
  }

  manifest::Timing step_;
};

Value timing_list(const manifest::RunResult& result) {
  std::vector<Value> made;
  for (const manifest::Timing& step : result.timing)
    made.push_back(Value::object(new TimingObject(step)));
  return Value::list(std::move(made));
}

/// A part of the manifest as the object that it is in dbt.
class RecordObject : public MemberObject {
 public:
  /// `make` gives the fields, once and when they are asked for.
  RecordObject(std::string_view type_name, std::function<Value()> make)
      : type_name_(type_name), make_(std::move(make)) {}

  std::string_view type_name() const override { return type_name_; }

  std::optional<Value> attribute(jinja::Interpreter&, std::string_view name) override {
    const Value* found = fields().find(name);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }

  std::string repr() const override { return fields().str(); }
  base::Data to_data() const override { return fields().to_data(); }

 protected:
  const Value& fields() const {
    if (!fields_)
      fields_ = make_();
    return *fields_;
  }

 private:
  std::string_view type_name_;
  std::function<Value()> make_;
  mutable std::optional<Value> fields_;
};

/// A node's configuration. It has every setting: those that nobody set are none.
class ConfigObject final : public RecordObject {
 public:
  explicit ConfigObject(Value settings)
      : RecordObject("NodeConfig", [settings = std::move(settings)] { return settings; }) {}

  std::optional<Value> attribute(jinja::Interpreter& interpreter, std::string_view name) override {
    std::optional<Value> found = RecordObject::attribute(interpreter, name);
    return found || is_method(name) ? found : Value::none();
  }

  std::optional<Value> call_method(jinja::Interpreter& interpreter, std::string_view name,
                                   const jinja::Arguments& arguments) override {
    if (name != "get")
      return RecordObject::call_method(interpreter, name, arguments);
    const Value* key = arguments.find(0, "key");
    const Value* found =
        key == nullptr || !key->is_string() ? nullptr : fields().find(key->as_string());
    if (found == nullptr)
      found = arguments.find(1, "default");
    return found == nullptr ? Value::none() : *found;
  }

  std::optional<std::vector<Value>> iterate(jinja::Interpreter&) override {
    std::vector<Value> keys;
    for (size_t i = 0; i < fields().size(); ++i)
      keys.push_back(fields().key_at(i));
    return keys;
  }

 private:
  static bool is_method(std::string_view name) {
    return name == "get" || name == "to_dict" || name == "items" || name == "keys" ||
           name == "values";
  }
};

Value node_object(const manifest::Manifest& manifest, manifest::NodeId id) {
  auto make = [&manifest, id] {
    Value fields = Value::from_data(manifest::node_data(manifest, id));
    if (const Value* config = fields.find("config"))
      fields.set_item("config", Value::object(new ConfigObject(*config)));
    return fields;
  };
  return Value::object(new RecordObject("ManifestNode", make));
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
  made.set_item("node", id.valid() ? node_object(manifest, id) : Value::none());
  made.set_item("unique_id", Value::string(result.unique_id));
  return made;
}

class ResultObject final : public MemberObject {
 public:
  explicit ResultObject(Value members) : members_(std::move(members)) {}

  std::string_view type_name() const override { return "RunResult"; }

  std::optional<Value> attribute(jinja::Interpreter&, std::string_view name) override {
    const Value* found = members_.find(name);
    return found == nullptr ? std::nullopt : std::optional(*found);
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
