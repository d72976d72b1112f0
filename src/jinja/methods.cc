#include "jinja/methods.h"

#include <fmt/format.h>

#include "jinja/engine.h"
#include "jinja/iterators.h"
#include "jinja/ops.h"
#include "jinja/value_text.h"

namespace weft::jinja {
namespace {

/// x.name without the call.
class BoundMethod : public Object {
 public:
  BoundMethod(Value self, std::string_view name, BuiltinMethod method)
      : self_(std::move(self)), name_(name), method_(method) {}

  std::string_view type_name() const override { return "builtin_function_or_method"; }
  bool is_callable() const override { return true; }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    return method_(interpreter, self_, arguments);
  }
  std::string repr() const override {
    return fmt::format("<built-in method {} of {} object at {}>", name_, self_.type_name(),
                       fmt::ptr(this));
  }
  bool equals(const Object& other) const override {
    const auto* method = dynamic_cast<const BoundMethod*>(&other);
    return method && method->method_ == method_ && method->self_.same_as(self_);
  }
  size_t hash() const override { return reinterpret_cast<size_t>(method_) >> 4; }

 private:
  Value self_;
  std::string name_;
  BuiltinMethod method_;
};

const MethodTable* table_of_kind(Kind kind) {
  switch (kind) {
    case Kind::String:
    case Kind::Markup:
      return &string_methods();
    case Kind::List:
      return &list_methods();
    case Kind::Tuple:
      return &tuple_methods();
    case Kind::Dict:
      return &dict_methods();
    case Kind::Set:
      return &set_methods();
    case Kind::Bool:
    case Kind::Int:
    case Kind::BigInt:
      return &integer_methods();
    case Kind::Float:
      return &float_methods();
    case Kind::Decimal:
      return &decimal_methods();
    case Kind::Date:
      return &date_methods();
    case Kind::Time:
      return &time_methods();
    case Kind::DateTime:
      return &date_time_methods();
    case Kind::TimeDelta:
      return &time_delta_methods();
    default:
      return nullptr;
  }
}

BuiltinMethod look_up(const MethodTable* table, std::string_view name) {
  return table ? table->find(name) : nullptr;
}

}  // namespace

BuiltinMethod find_method(Kind kind, std::string_view name) {
  BuiltinMethod method = look_up(table_of_kind(kind), name);
  if (kind == Kind::String && (name == "striptags" || name == "unescape")) {
    return nullptr;
  }
  return method;
}

BuiltinMethod find_method(const Value& self, std::string_view name) {
  if (!self.is_object()) {
    return find_method(self.kind(), name);
  }
  if (self.as<DictView>()) {
    return look_up(&view_methods(), name);
  }
  return self.as<RangeObject>() ? look_up(&range_methods(), name) : nullptr;
}

Value bind_method(const Value& self, std::string_view name, BuiltinMethod method) {
  return Value::object(new BoundMethod(self, name, method));
}

Value call_builtin_method(Interpreter& interpreter, const Value& self, std::string_view name,
                          const Arguments& arguments) {
  return call_method(interpreter, self, name, arguments);
}

}  // namespace weft::jinja
