// Methods of Python's built-in types.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "jinja/interpreter.h"
#include "jinja/object.h"
#include "jinja/value.h"

namespace weft::jinja {

/// One method; `self` is of the kind it was found for.
using BuiltinMethod = Value (*)(Interpreter& interpreter, const Value& self,
                                const Arguments& arguments);

/// The methods of one type. Most names that are looked up are none of them (keys of a dict, columns
/// of a row), which a mask of first letters and lengths tells without hashing.
class MethodTable {
 public:
  using Rows = std::initializer_list<std::pair<std::string_view, BuiltinMethod>>;
  MethodTable(Rows rows) { insert(rows); }

  void insert(Rows rows) {
    for (const auto& [name, method] : rows) {
      methods_.emplace(name, method);
      mask_ |= bit(name);
    }
  }
  /// Null when there is no such method.
  BuiltinMethod find(std::string_view name) const {
    if ((mask_ & bit(name)) == 0) {
      return nullptr;
    }
    auto place = methods_.find(name);
    return place == methods_.end() ? nullptr : place->second;
  }

 private:
  static uint64_t bit(std::string_view name) {
    size_t first = name.empty() ? 0 : static_cast<unsigned char>(name[0]);
    return uint64_t{1} << ((first + 13 * name.size()) & 63);
  }

  std::unordered_map<std::string_view, BuiltinMethod> methods_;
  uint64_t mask_ = 0;
};

/// The name of a method as an argument of a template, for what methods that share code tell in
/// messages.
template <size_t kSize>
struct MethodName {
  consteval MethodName(const char (&name)[kSize]) { std::copy_n(name, kSize, text); }
  char text[kSize];
};

/// The method `name` of values like this one; null when there is none. Objects that the engine
/// itself makes (views, ranges) have some, too.
BuiltinMethod find_method(const Value& self, std::string_view name);
/// The method of a kind other than Object; a virtual machine may keep the answer.
BuiltinMethod find_method(Kind kind, std::string_view name);
/// A value that calls the method. `name` is copied.
Value bind_method(const Value& self, std::string_view name, BuiltinMethod method);
/// A data attribute such as date.year; nothing when there is none.
std::optional<Value> builtin_attribute(const Value& self, std::string_view name);

const MethodTable& string_methods();
const MethodTable& list_methods();
const MethodTable& tuple_methods();
const MethodTable& dict_methods();
const MethodTable& set_methods();
const MethodTable& integer_methods();
const MethodTable& float_methods();
const MethodTable& decimal_methods();
const MethodTable& date_methods();
const MethodTable& time_methods();
const MethodTable& date_time_methods();
const MethodTable& time_delta_methods();
const MethodTable& view_methods();
const MethodTable& range_methods();

}  // namespace weft::jinja
