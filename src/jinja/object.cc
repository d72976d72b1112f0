#include "jinja/object.h"

#include <fmt/format.h>

#include "jinja/interpreter.h"

namespace weft::jinja {
namespace {

class FunctionObject : public Object {
 public:
  FunctionObject(std::string_view name, NativeFunction function, void* self)
      : name_(name), function_(function), self_(self) {}

  std::string_view type_name() const override { return "function"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    return function_(interpreter, arguments, self_);
  }
  std::string repr() const override {
    return fmt::format("<function {} at {}>", name_, fmt::ptr(this));
  }

 private:
  std::string_view name_;
  NativeFunction function_;
  void* self_;
};

}  // namespace

const Value* Arguments::find(size_t index, std::string_view name) const {
  if (index < positional.size()) {
    return &positional[index];
  }
  for (const NamedValue& argument : named) {
    if (argument.name == name) {
      return &argument.value;
    }
  }
  return nullptr;
}

std::optional<Value> Object::attribute(Interpreter&, std::string_view) { return std::nullopt; }

std::optional<Value> Object::item(Interpreter&, const Value&) { return std::nullopt; }

Value Object::call(Interpreter& interpreter, const Arguments&) {
  interpreter.raise("TypeError", fmt::format("'{}' object is not callable", type_name()));
}

std::optional<Value> Object::call_method(Interpreter& interpreter, std::string_view name,
                                         const Arguments& arguments) {
  std::optional<Value> method = attribute(interpreter, name);
  if (!method) {
    return std::nullopt;
  }
  return interpreter.invoke(*method, arguments);
}

std::optional<std::vector<Value>> Object::iterate(Interpreter&) { return std::nullopt; }

bool Object::truthy() const { return length().value_or(1) != 0; }

std::string Object::repr() const {
  return fmt::format("<{} object at {}>", type_name(), fmt::ptr(this));
}

size_t Object::hash() const { return reinterpret_cast<size_t>(this) >> 4; }

Value make_function(std::string_view name, NativeFunction function, void* self) {
  return Value::object(new FunctionObject(name, function, self));
}

}  // namespace weft::jinja
