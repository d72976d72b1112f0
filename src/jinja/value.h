// Value: what templates compute with. Python's semantics: ints of any size, floats with Python's repr,
// code-point strings, lists and dicts by reference, insertion-ordered dicts.
//
// A value belongs to the thread that made it: its reference counts are not atomic. What threads share
// are compiled templates, whose constants are immortal (never counted, owned by the template).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"

namespace weft::jinja {

class Object;
class Value;
struct HeapCell;

enum class Kind : uint8_t {
  Undefined,
  None,
  Bool,
  Int,
  BigInt,
  Float,
  Decimal,
  String,
  Markup,
  List,
  Tuple,
  Dict,
  Set,
  Date,
  Time,
  DateTime,
  TimeDelta,
  /// Macros, bound methods, ranges, iterators, loop, namespace, and everything of the host.
  Object,
};

/// Calendar values as fields, as Python's datetime module has them.
struct Date {
  int year = 1, month = 1, day = 1;
};
struct Time {
  int hour = 0, minute = 0, second = 0, microsecond = 0;
};
struct DateTime {
  Date date;
  Time time;
  /// Seconds east of UTC; nothing for a naive value.
  std::optional<int> utc_offset;
  /// Name of the zone for %Z and tzinfo ("UTC", "Europe/Berlin"); empty when unknown.
  std::string zone;
};
/// Normalised as in Python: 0 <= microseconds < 86400 * 10^6.
struct TimeDelta {
  int64_t days = 0;
  int64_t microseconds = 0;
};

/// A handle of 16 bytes; copying shares lists, dicts and objects.
class Value {
 public:
  /// Undefined without a name.
  Value();
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  static Value none();
  static Value boolean(bool b);
  static Value integer(int64_t n);
  /// Decimal digits with an optional '-'; must be well formed.
  static Value big_integer(std::string_view digits);
  static Value floating(double d);
  static Value string(std::string_view text);
  static Value string(std::string&& text);
  static Value markup(std::string_view text);
  /// Text of a decimal number, as Python's Decimal(text); must be well formed.
  static Value decimal(std::string_view text);
  static Value list(std::vector<Value> items = {});
  static Value tuple(std::vector<Value> items = {});
  static Value dict();
  static Value set(const std::vector<Value>& items = {});
  static Value date(Date date);
  static Value time(Time time);
  static Value date_time(DateTime date_time);
  static Value time_delta(TimeDelta delta);
  /// Takes part in ownership: the object dies with the last value.
  static Value object(Object* object);
  /// Undefined that names what was missing, for the message when it is used.
  static Value undefined(std::string_view name);

  /// Deep conversion. Dict keys of Data are strings.
  static Value from_data(const base::Data& data);
  /// Deep conversion; what Data lacks becomes its Python str() (Decimal: float as dbt writes JSON).
  base::Data to_data() const;

  Kind kind() const;
  bool is_undefined() const { return kind() == Kind::Undefined; }
  bool is_none() const { return kind() == Kind::None; }
  bool is_bool() const { return kind() == Kind::Bool; }
  /// True for Int, BigInt and Bool, as isinstance(x, int).
  bool is_integer() const;
  /// True for every number, Bool and Decimal included.
  bool is_number() const;
  /// True for String and Markup.
  bool is_string() const;
  bool is_list() const { return kind() == Kind::List; }
  bool is_tuple() const { return kind() == Kind::Tuple; }
  bool is_dict() const { return kind() == Kind::Dict; }
  bool is_object() const { return kind() == Kind::Object; }

  /// Unchecked: the kind must fit.
  bool as_bool() const;
  int64_t as_int() const;
  double as_float() const;
  std::string_view as_string() const;
  const Date& as_date() const;
  const Time& as_time() const;
  const DateTime& as_date_time() const;
  const TimeDelta& as_time_delta() const;
  Object& as_object() const;
  /// The object when this is one of type T, else null.
  template <typename T>
  T* as() const {
    return is_object() ? dynamic_cast<T*>(&as_object()) : nullptr;
  }

  /// Items of a list, tuple or set (in its order), keys of a dict. Unchecked kind.
  size_t size() const;
  const Value& at(size_t i) const;
  /// List only.
  void append(Value item);
  /// Dict only. find() gives null when there is no such key; valid until the dict changes.
  const Value* find(const Value& key) const;
  const Value* find(std::string_view key) const;
  void set_item(const Value& key, Value value);
  void set_item(std::string_view key, Value value);
  bool erase(const Value& key);
  const Value& key_at(size_t i) const;
  const Value& value_at(size_t i) const;

  /// Python's bool(), str(), repr(), type name, ==, hash(). An object may answer for itself.
  bool truthy() const;
  std::string str() const;
  std::string repr() const;
  std::string_view type_name() const;
  bool equals(const Value& other) const;
  size_t hash() const;
  /// Same object, as Python's `is`.
  bool same_as(const Value& other) const;

 private:
  friend struct ValueAccess;
  union Payload {
    bool b;
    int64_t i;
    double d;
    HeapCell* cell;
    Object* object;
  };
  Payload payload_;
  Kind kind_;
  uint8_t flags_ = 0;
};

}  // namespace weft::jinja
