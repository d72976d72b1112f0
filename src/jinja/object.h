// Object: a value whose behaviour the host writes (adapter, config, relations, tables).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jinja/value.h"

namespace weft::jinja {

class Interpreter;

struct NamedValue {
  std::string_view name;
  Value value;
};

/// Arguments of one call. Views into the interpreter's stack: valid during the call only.
struct Arguments {
  std::span<const Value> positional;
  std::span<const NamedValue> named;

  /// The argument at `index` or called `name`; null when it was not given.
  const Value* find(size_t index, std::string_view name) const;
};

/// Base class of host values. Reference-counted without locks: an object stays in one thread.
/// A function that fails calls Interpreter::raise, which does not return.
class Object : private HeapCell {
 public:
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() = default;

  /// Python's type(x).__name__, for messages.
  virtual std::string_view type_name() const = 0;
  /// type(x).__module__, which messages about members that do not exist put in front of the name;
  /// empty for Python's own types.
  virtual std::string_view module_name() const { return {}; }
  /// getattr(x, name); nothing when there is no such attribute. Names starting with '_' never get
  /// here when the environment is sandboxed.
  virtual std::optional<Value> attribute(Interpreter& interpreter, std::string_view name);
  /// x[key]; nothing when there is no such item.
  virtual std::optional<Value> item(Interpreter& interpreter, const Value& key);
  /// x(...). The default raises TypeError: not callable.
  virtual Value call(Interpreter& interpreter, const Arguments& arguments);
  /// x.name(...). The default calls the attribute; override to spare the bound method. Nothing when
  /// there is no such method.
  virtual std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                           const Arguments& arguments);
  virtual bool is_callable() const { return false; }
  /// All items for iteration (of a mapping: the keys); nothing when it is not iterable.
  virtual std::optional<std::vector<Value>> iterate(Interpreter& interpreter);
  /// len(x); nothing when it has none.
  virtual std::optional<size_t> length() const { return std::nullopt; }
  virtual bool truthy() const;
  virtual bool is_mapping() const { return false; }
  virtual std::string str() const { return repr(); }
  virtual std::string repr() const;
  virtual bool equals(const Object& other) const { return this == &other; }
  virtual size_t hash() const;
  virtual bool is_hashable() const { return true; }
  /// What to_data() gives; the default is str().
  virtual base::Data to_data() const { return base::Data(str()); }

 private:
  friend class Value;
  friend struct ValueAccess;
};

/// A callable made of a function; `name` is for messages and must outlive the value.
using NativeFunction = Value (*)(Interpreter& interpreter, const Arguments& arguments, void* self);
Value make_function(std::string_view name, NativeFunction function, void* self = nullptr);

}  // namespace weft::jinja
