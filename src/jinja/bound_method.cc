#include "jinja/bound_method.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "jinja/interpreter.h"

namespace weft::jinja {
namespace {

class BoundMethod final : public Object {
 public:
  BoundMethod(Object& object, std::string_view name)
      : object_(Value::object(&object)), name_(name) {}

  std::string_view type_name() const override { return "method"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    Object& object = object_.as_object();
    if (std::optional<Value> value = object.call_method(interpreter, name_, arguments))
      return *value;
    interpreter.raise("AttributeError",
                      fmt::format("'{}' object has no attribute '{}'", object.type_name(), name_));
  }
  std::string repr() const override {
    return fmt::format("<bound method {}.{}>", object_.as_object().type_name(), name_);
  }

 private:
  Value object_;
  std::string name_;
};

}  // namespace

std::optional<Value> method_among(Object& object, std::string_view name,
                                  std::initializer_list<std::string_view> names) {
  if (std::find(names.begin(), names.end(), name) == names.end())
    return std::nullopt;
  return Value::object(new BoundMethod(object, name));
}

}  // namespace weft::jinja
