// What the handles of value.h point at, and the one door to it. Private to the engine.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jinja/environment.h"
#include "jinja/lazy_dict.h"
#include "jinja/memory_count.h"
#include "jinja/object.h"
#include "jinja/ordered_table.h"
#include "jinja/value.h"

namespace weft::jinja {

/// Lists and tuples.
struct SequenceCell : HeapCell {
  std::vector<Value> items;
  MemoryCount count;
};

struct DictCell : HeapCell {
  OrderedTable table;
  /// Set while the entries of a lazy dict are not made yet; see lazy_dict.h.
  std::unique_ptr<FillDict> fill;
};

struct SetCell : HeapCell {
  OrderedTable table;
};

template <typename T>
struct BoxCell : HeapCell {
  T value;
};

/// How an Undefined came about; its message is made when it is used.
struct UndefinedCell : HeapCell {
  enum class Reason : uint8_t {
    /// No variable `name`.
    Name,
    /// An object of `owner` has no attribute `name`.
    Attribute,
    /// An object of `owner` has no element `name`, which is the repr of a key that is no string.
    Element,
    /// `name` is the message.
    Hint,
  };
  Reason reason = Reason::Name;
  std::string name;
  std::string owner;
  /// Python class of the error.
  std::string_view error = "UndefinedError";
};

/// Access to the private parts of values for the files of this folder.
struct ValueAccess {
  /// Flag of a tuple that groupby made: it has the attributes `grouper` and `list`.
  static constexpr uint8_t kGroup = 0x10;

  static HeapCell* cell(const Value& value) { return value.cell(); }
  template <typename T>
  static T& as(const Value& value) {
    return *static_cast<T*>(value.cell());
  }
  /// A value that counts itself in.
  static Value make(Kind kind, HeapCell* cell, uint8_t flags = 0) {
    ++cell->references;
    return Value(kind, static_cast<uint8_t>(flags | Value::kCounted), cell);
  }
  static Value borrowed(const Value& value) {
    Value copy;
    copy.raw_ = value.raw_;
    copy.raw_.flags = static_cast<uint8_t>(copy.raw_.flags & ~Value::kCounted);
    return copy;
  }
  /// to = Value::integer(n), without the way round by a temporary that assignment takes.
  static void assign_integer(Value& to, int64_t n) {
    if ((to.raw_.flags & Value::kCounted) != 0) {
      to = Value::integer(n);
      return;
    }
    std::memcpy(to.raw_.bytes, &n, sizeof n);
    to.raw_.flags = 0;
    to.raw_.kind = Kind::Int;
  }
  static uint8_t flags(const Value& value) { return value.raw_.flags; }
  static void set_flags(Value& value, int flags) { value.raw_.flags = static_cast<uint8_t>(flags); }
  static void set_kind(Value& value, Kind kind) { value.raw_.kind = kind; }
  static bool is_inline(const Value& value) { return (value.raw_.flags & Value::kInline) != 0; }
  static Value string(std::string_view text, Kind kind);
  static Value string(std::string_view text, Kind kind, size_t code_points);
  /// A plain string of a text that is known to be ASCII.
  static Value ascii_string(std::string_view text) {
    if (text.size() > Value::kInlineCapacity) {
      return string(text, Kind::String, text.size());
    }
    Value value;
    std::copy_n(text.data(), text.size(), value.raw_.bytes);
    value.raw_.flags = static_cast<uint8_t>(Value::kInline | Value::kAscii | text.size());
    value.raw_.kind = Kind::String;
    return value;
  }
  /// An inline string with the bits flipped that `bits` gives for each word of its text.
  template <typename Bits>
  static Value with_flipped_bits(const Value& value, const Bits& bits) {
    Value copy(value);
    uint64_t words[2] = {};
    std::memcpy(words, copy.raw_.bytes, Value::kInlineCapacity);
    words[0] ^= bits(words[0]);
    words[1] ^= bits(words[1]);
    std::memcpy(copy.raw_.bytes, words, Value::kInlineCapacity);
    return copy;
  }
  /// str(n).
  static Value digits_of(int64_t n) {
    char digits[24] = {};
    auto size = static_cast<size_t>(std::to_chars(digits, digits + sizeof digits, n).ptr - digits);
    if (size > Value::kInlineCapacity) {
      return string({digits, size}, Kind::String, size);
    }
    Value value;
    std::memcpy(value.raw_.bytes, digits, Value::kInlineCapacity);
    value.raw_.flags = static_cast<uint8_t>(Value::kInline | Value::kAscii | size);
    value.raw_.kind = Kind::String;
    return value;
  }
  /// The texts of strings behind each other; `size` is that of all together.
  static Value joined(std::span<const Value> parts, size_t size);
  static Object* object(const Value& value) { return static_cast<Object*>(value.cell()); }
  static Object* object_of(HeapCell* cell) { return static_cast<Object*>(cell); }
  static HeapCell* cell_of(Object* object) { return object; }
  static bool has_cell(const Value& value) { return value.raw_.flags & Value::kCounted; }
};

/// Items of a list or tuple, to read and (lists only) to change.
inline std::vector<Value>& sequence(const Value& value) {
  return ValueAccess::as<SequenceCell>(value).items;
}
/// To be called when items of a list were added.
inline void count_items(const Value& list) {
  auto& cell = ValueAccess::as<SequenceCell>(list);
  cell.count.set(cell.items.capacity() * sizeof(Value));
}
/// Makes the entries of a lazy dict.
void fill_dict(DictCell& cell);

/// The table of a dict or set.
inline OrderedTable& table_of(const Value& value) {
  if (!value.is_dict()) {
    return ValueAccess::as<SetCell>(value).table;
  }
  auto& cell = ValueAccess::as<DictCell>(value);
  if (cell.fill != nullptr) [[unlikely]] {
    fill_dict(cell);
  }
  return cell.table;
}

/// The kind of undefined this is.
UndefinedKind undefined_kind(const Value& value);
/// Undefined whose attributes, items and calls are undefined again: its methods give nothing.
inline bool is_permissive(const Value& value) {
  return value.is_undefined() && undefined_kind(value) == UndefinedKind::Permissive;
}
/// Python class and message of the error that using this undefined value gives.
std::pair<std::string_view, std::string> undefined_error(const Value& value);
/// Undefined for a missing attribute or item `key` of `owner`.
Value undefined_member(const Value& owner, const Value& key, UndefinedKind kind);
/// Undefined whose error has this message and class.
Value undefined_hint(std::string message, UndefinedKind kind,
                     std::string_view error = "UndefinedError");

/// The same text as a plain string.
Value plain_string(const Value& value);
/// The same text as markup, without escaping.
Value marked_safe(const Value& value);

/// Python's class name with its module, as messages name the type of an object: "datetime.date".
std::string qualified_type_name(const Value& value);

/// Guards recursion over nested values. A level too deep is noted and must give up; the operators
/// turn the note into Python's RecursionError.
class NestingGuard {
 public:
  NestingGuard();
  ~NestingGuard();
  NestingGuard(const NestingGuard&) = delete;
  NestingGuard& operator=(const NestingGuard&) = delete;
  bool too_deep() const { return too_deep_; }
  /// True when a level was too deep since the last call.
  static bool take_note();

 private:
  bool too_deep_;
};

}  // namespace weft::jinja
