// Value: what templates compute with. Python's semantics: ints of any size, floats with Python's
// repr, code-point strings, lists and dicts by reference, insertion-ordered dicts.
//
// A value belongs to the thread that made it: its reference counts are not atomic. What threads
// share are compiled templates, whose constants are immortal (never counted, owned by the
// template).
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"

namespace weft::jinja {

class Object;
class Value;
struct Trace;
enum class UndefinedKind;

/// What every counted thing begins with. Counts are not atomic: a cell stays in its thread.
struct HeapCell {
  uint32_t references = 0;
};

/// Text that does not fit a handle; its bytes follow the struct.
struct StringCell : HeapCell {
  uint32_t size = 0;
  /// Number of code points.
  uint32_t length = 0;
  /// Owned; see string_with_trace().
  Trace* trace = nullptr;
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  char* data() { return reinterpret_cast<char*>(this + 1); }
};

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
  Value() = default;
  Value(const Value& other) {
    set_words(other.words());
    retain();
  }
  Value(Value&& other) noexcept { set_words(other.taken()); }
  Value& operator=(const Value& other) {
    // First the new, which the old may own.
    other.retain();
    replace(other.words());
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    replace(other.taken());
    return *this;
  }
  ~Value() { release(); }
  void swap(Value& other) noexcept {
    Words words = this->words();
    set_words(other.words());
    other.set_words(words);
  }

  static Value none() { return Value(Kind::None, 0, uint64_t{0}); }
  static Value boolean(bool b) { return Value(Kind::Bool, 0, static_cast<int64_t>(b)); }
  static Value integer(int64_t n) { return Value(Kind::Int, 0, n); }
  /// Decimal digits with an optional '-'; must be well formed.
  static Value big_integer(std::string_view digits);
  static Value floating(double d) { return Value(Kind::Float, 0, d); }
  static Value string(std::string_view text);
  static Value string(std::string&& text);
  static Value string(const char* text) { return string(std::string_view(text)); }
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
  static Value undefined(std::string_view name, UndefinedKind kind);

  /// Deep conversion. Dict keys of Data are strings.
  static Value from_data(const base::Data& data);
  /// Deep conversion; what Data lacks becomes its Python str() (Decimal: float as dbt writes JSON).
  base::Data to_data() const;

  /// A handle on the same thing that counts nothing, for the constants of compiled templates, which
  /// threads share. `owners` gets what must outlive every copy. Strings, numbers and tuples of
  /// them.
  static Value immortal(Value constant, std::vector<Value>& owners);

  Kind kind() const { return raw_.kind; }
  bool is_undefined() const { return kind() == Kind::Undefined; }
  bool is_none() const { return kind() == Kind::None; }
  bool is_bool() const { return kind() == Kind::Bool; }
  /// True for Int, BigInt and Bool, as isinstance(x, int).
  bool is_integer() const { return kind() >= Kind::Bool && kind() <= Kind::BigInt; }
  /// True for every number, Bool and Decimal included.
  bool is_number() const { return kind() >= Kind::Bool && kind() <= Kind::Decimal; }
  /// True for String and Markup.
  bool is_string() const { return kind() == Kind::String || kind() == Kind::Markup; }
  bool is_list() const { return kind() == Kind::List; }
  bool is_tuple() const { return kind() == Kind::Tuple; }
  bool is_dict() const { return kind() == Kind::Dict; }
  bool is_object() const { return kind() == Kind::Object; }

  /// Unchecked: the kind must fit.
  bool as_bool() const { return load<int64_t>() != 0; }
  /// A Bool counts as 0 or 1.
  int64_t as_int() const { return load<int64_t>(); }
  double as_float() const { return load<double>(); }
  /// Valid as long as this handle is neither changed nor destroyed.
  std::string_view as_string() const {
    if (raw_.flags & kInline) {
      return {reinterpret_cast<const char*>(raw_.bytes), size_t{raw_.flags} & kInlineSize};
    }
    const auto* text = static_cast<const StringCell*>(cell());
    return {text->data(), text->size};
  }
  /// True when the text of a String or Markup is ASCII, so that bytes are code points.
  bool is_ascii() const { return (raw_.flags & kAscii) != 0; }
  /// Number of code points of a String or Markup.
  size_t text_length() const;
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
  /// False for lists, dicts and sets, and tuples that hold one.
  bool is_hashable() const;
  /// Same object, as Python's `is`.
  bool same_as(const Value& other) const;

 private:
  friend struct ValueAccess;

  static constexpr uint8_t kCounted = 0x80;
  static constexpr uint8_t kInline = 0x40;
  static constexpr uint8_t kAscii = 0x20;
  /// Bits of flags that hold the size of an inline string.
  static constexpr uint8_t kInlineSize = 0x0f;
  /// Bits of flags that hold the UndefinedKind of an Undefined.
  static constexpr uint8_t kUndefinedBits = 0x03;
  static constexpr size_t kInlineCapacity = 14;

  /// Strings of up to 14 bytes lie in the handle; all other payloads are the first 8 bytes.
  struct Raw {
    alignas(8) unsigned char bytes[kInlineCapacity] = {};
    uint8_t flags = 0;
    Kind kind = Kind::Undefined;
  };

  template <typename T>
  Value(Kind kind, uint8_t flags, T payload) {
    static_assert(sizeof(T) == 8);
    std::memcpy(raw_.bytes, &payload, sizeof payload);
    raw_.flags = flags;
    raw_.kind = kind;
  }
  template <typename T>
  T load() const {
    T payload;
    std::memcpy(&payload, raw_.bytes, sizeof payload);
    return payload;
  }

  /// A handle as a whole. It is read and written by this where speed matters: compilers keep it in
  /// a register, and processors wait when they read at once what was written in parts.
  using Words = uint64_t __attribute__((vector_size(16)));
  Words words() const {
    Words words;
    std::memcpy(&words, static_cast<const void*>(&raw_), sizeof words);
    return words;
  }
  /// Without a look at what was there.
  void set_words(Words words) { std::memcpy(static_cast<void*>(&raw_), &words, sizeof words); }
  /// The handle, which now holds nothing.
  Words taken() {
    Words words = this->words();
    set_words(Words{});
    return words;
  }
  /// Holds what was counted already from now on.
  [[gnu::always_inline]] void replace(Words words) {
    bool was_counted = (raw_.flags & kCounted) != 0;
    Words old = this->words();
    set_words(words);
    if (was_counted && --cell_of(old)->references == 0) {
      destroy(old);
    }
  }
  static HeapCell* cell_of(Words words) {
    uint64_t low = words[0];
    HeapCell* cell;
    std::memcpy(&cell, &low, sizeof cell);
    return cell;
  }
  static void destroy(Words words);

  HeapCell* cell() const { return load<HeapCell*>(); }
  void retain() const {
    if (raw_.flags & kCounted) {
      ++cell()->references;
    }
  }
  void release() {
    if ((raw_.flags & kCounted) && --cell()->references == 0) {
      destroy();
    }
  }
  void destroy();

  Raw raw_;
};

static_assert(sizeof(Value) == 16);

}  // namespace weft::jinja
