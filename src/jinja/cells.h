// What the handles of value.h point at, and the one door to it. Private to the engine.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jinja/digits.h"
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
    copy.set_words(value.words());
    copy.raw_.flags = static_cast<uint8_t>(copy.raw_.flags & ~Value::kCounted);
    return copy;
  }
  /// to = Value::integer(n), without the way round by a temporary that assignment takes.
  static void assign_integer(Value& to, int64_t n) {
    to.replace(packed(static_cast<uint64_t>(n), 0, 0, Kind::Int));
  }
  static uint8_t flags(const Value& value) { return value.raw_.flags; }
  static void set_flags(Value& value, int flags) { value.raw_.flags = static_cast<uint8_t>(flags); }
  static void set_kind(Value& value, Kind kind) { value.raw_.kind = kind; }
  static bool is_inline(const Value& value) { return (value.raw_.flags & Value::kInline) != 0; }
  static size_t inline_size(const Value& value) { return value.raw_.flags & Value::kInlineSize; }
  static Value string(std::string_view text, Kind kind);
  static Value string(std::string_view text, Kind kind, size_t code_points);
  /// A string of a text that fits a handle.
  static Value inline_string(std::string_view text, Kind kind, bool is_ascii) {
    auto [low, high] = words_of(text);
    auto flags = Value::kInline | (is_ascii ? Value::kAscii : 0) | text.size();
    return of_raw(packed(low, high, static_cast<uint8_t>(flags), kind));
  }
  /// A plain string of a text that is known to be ASCII.
  static Value ascii_string(std::string_view text) {
    return text.size() > Value::kInlineCapacity ? string(text, Kind::String, text.size())
                                                : inline_string(text, Kind::String, true);
  }
  /// An inline string with the bits flipped that `bits` gives for each word of its text.
  template <typename Bits>
  static Value with_flipped_bits(const Value& value, const Bits& bits) {
    uint64_t words[2];
    std::memcpy(words, &value.raw_, sizeof words);
    uint64_t text = words[1] & kTextOfHighWord;
    return of_raw(
        packed(words[0] ^ bits(words[0]), text ^ bits(text), value.raw_.flags, value.raw_.kind));
  }
  /// str(n).
  static Value digits_of(int64_t n);
  /// The same for 0 <= n < kShortNumbers.
  static Value short_number(int64_t n) {
    ShortText digits = short_digits(n);
    return of_raw(packed(digits.text, 0,
                         static_cast<uint8_t>(Value::kInline | Value::kAscii | digits.size),
                         Kind::String));
  }
  /// The texts of strings behind each other; `size` is that of all together.
  static Value joined(std::span<const Value> parts, size_t size);
  static Object* object(const Value& value) { return static_cast<Object*>(value.cell()); }
  static Object* object_of(HeapCell* cell) { return static_cast<Object*>(cell); }
  static HeapCell* cell_of(Object* object) { return object; }
  static bool has_cell(const Value& value) { return value.raw_.flags & Value::kCounted; }

 private:
  static_assert(std::endian::native == std::endian::little);
  static constexpr uint64_t kTextOfHighWord = 0x0000ffffffffffff;

  using Words = Value::Words;
  /// A handle of its two words. It is written at once: a processor that has to read it as a whole
  /// after it was written in parts waits for the parts.
  static Words packed(uint64_t low, uint64_t high, uint8_t flags, Kind kind) {
    return Words{low, high | uint64_t{flags} << 48 | uint64_t{static_cast<uint8_t>(kind)} << 56};
  }
  static Value of_raw(Words words) {
    Value value;
    value.set_words(words);
    return value;
  }
  template <typename Word>
  static uint64_t load(const char* from) {
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
  }
  /// The bytes of a short text, zeros behind it, by reads that may overlap.
  static std::pair<uint64_t, uint64_t> words_of(std::string_view text) {
    const char* begin = text.data();
    const char* end = begin + text.size();
    if (text.size() > 8) {
      return {load<uint64_t>(begin), load<uint64_t>(end - 8) >> (8 * (16 - text.size()))};
    }
    if (text.size() == 8) {
      return {load<uint64_t>(begin), 0};
    }
    if (text.size() >= 4) {
      return {load<uint32_t>(begin) | load<uint32_t>(end - 4) << (8 * (text.size() - 4)), 0};
    }
    uint64_t word = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      word |= uint64_t{static_cast<unsigned char>(begin[i])} << (8 * i);
    }
    return {word, 0};
  }
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
