#include "jinja/value.h"

#include <charconv>
#include <new>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/decimal.h"
#include "jinja/ops.h"
#include "jinja/text.h"

namespace weft::jinja {

thread_local constinit int64_t value_bytes = 0;

namespace {

constexpr int kDeepestDestruction = 100;

/// Containers whose destruction waits until the ones around them are gone, so that a list nested a
/// million deep does not overflow the stack.
struct Trash {
  int depth = 0;
  std::vector<std::pair<Kind, HeapCell*>> waiting;
};
thread_local Trash trash;

void destroy_container(Kind kind, HeapCell* cell) {
  switch (kind) {
    case Kind::List:
    case Kind::Tuple:
      delete static_cast<SequenceCell*>(cell);
      break;
    case Kind::Dict:
      delete static_cast<DictCell*>(cell);
      break;
    case Kind::Set:
      delete static_cast<SetCell*>(cell);
      break;
    default:
      delete ValueAccess::object_of(cell);
  }
}

void destroy_nested(Kind kind, HeapCell* cell) {
  if (trash.depth >= kDeepestDestruction) {
    trash.waiting.emplace_back(kind, cell);
    return;
  }
  ++trash.depth;
  destroy_container(kind, cell);
  --trash.depth;
  while (trash.depth == 0 && !trash.waiting.empty()) {
    auto [waiting_kind, waiting_cell] = trash.waiting.back();
    trash.waiting.pop_back();
    ++trash.depth;
    destroy_container(waiting_kind, waiting_cell);
    --trash.depth;
  }
}

template <typename T>
Value make_box(Kind kind, T content) {
  auto* box = new BoxCell<T>();
  box->value = std::move(content);
  return ValueAccess::make(kind, box);
}

}  // namespace

void Value::destroy() {
  switch (kind()) {
    case Kind::String:
    case Kind::Markup:
      if (Trace* trace = static_cast<StringCell*>(cell())->trace) {
        free_trace(trace);
      }
      value_bytes -=
          static_cast<int64_t>(sizeof(StringCell) + static_cast<StringCell*>(cell())->size);
      ::operator delete(static_cast<StringCell*>(cell()));
      break;
    case Kind::BigInt:
      destroy_big_int(cell());
      break;
    case Kind::Decimal:
      destroy_decimal(cell());
      break;
    case Kind::Undefined:
      delete static_cast<UndefinedCell*>(cell());
      break;
    case Kind::Date:
      delete static_cast<BoxCell<Date>*>(cell());
      break;
    case Kind::Time:
      delete static_cast<BoxCell<Time>*>(cell());
      break;
    case Kind::DateTime:
      delete static_cast<BoxCell<DateTime>*>(cell());
      break;
    case Kind::TimeDelta:
      delete static_cast<BoxCell<TimeDelta>*>(cell());
      break;
    default:
      destroy_nested(kind(), cell());
  }
}

void Value::destroy(Words words) {
  Value last;
  last.set_words(words);
  last.destroy();
  last.set_words(Words{});
}

Value ValueAccess::string(std::string_view text, Kind kind) {
  bool ascii = is_ascii_text(text);
  if (text.size() <= Value::kInlineCapacity) {
    return inline_string(text, kind, ascii);
  }
  return string(text, kind, ascii ? text.size() : count_code_points(text));
}

Value ValueAccess::string(std::string_view text, Kind kind, size_t code_points) {
  void* memory = ::operator new(sizeof(StringCell) + text.size());
  value_bytes += static_cast<int64_t>(sizeof(StringCell) + text.size());
  auto* cell = new (memory) StringCell();
  cell->size = static_cast<uint32_t>(text.size());
  cell->length = static_cast<uint32_t>(code_points);
  std::memcpy(cell->data(), text.data(), text.size());
  return make(kind, cell, code_points == text.size() ? Value::kAscii : uint8_t{0});
}

Value ValueAccess::digits_of(int64_t n) {
  if (static_cast<uint64_t>(n) >= kShortNumbers) {
    char digits[24];
    auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
    return ascii_string({digits, static_cast<size_t>(end - digits)});
  }
  return short_number(n);
}

Value ValueAccess::joined(std::span<const Value> parts, size_t size) {
  if (size <= Value::kInlineCapacity) {
    char text[Value::kInlineCapacity];
    size_t at = 0;
    for (const Value& part : parts) {
      at += part.as_string().copy(text + at, sizeof text - at);
    }
    return string({text, at}, Kind::String);
  }
  void* memory = ::operator new(sizeof(StringCell) + size);
  value_bytes += static_cast<int64_t>(sizeof(StringCell) + size);
  auto* cell = new (memory) StringCell();
  cell->size = static_cast<uint32_t>(size);
  char* to = cell->data();
  for (const Value& part : parts) {
    to += part.as_string().copy(to, part.as_string().size());
    cell->length +=
        static_cast<uint32_t>(part.is_ascii() ? part.as_string().size() : part.text_length());
  }
  return make(Kind::String, cell, cell->length == size ? Value::kAscii : uint8_t{0});
}

Value Value::string(std::string_view text) { return ValueAccess::string(text, Kind::String); }
Value Value::string(std::string&& text) { return ValueAccess::string(text, Kind::String); }
Value Value::markup(std::string_view text) { return ValueAccess::string(text, Kind::Markup); }

Value Value::big_integer(std::string_view digits) { return integer_from_digits(digits); }
Value Value::decimal(std::string_view text) { return *parse_decimal(text); }

Value Value::list(std::vector<Value> items) {
  auto* cell = new SequenceCell();
  cell->items = std::move(items);
  cell->count.set(sizeof(SequenceCell) + cell->items.capacity() * sizeof(Value));
  return ValueAccess::make(Kind::List, cell);
}

Value Value::tuple(std::vector<Value> items) {
  auto* cell = new SequenceCell();
  cell->items = std::move(items);
  cell->count.set(sizeof(SequenceCell) + cell->items.capacity() * sizeof(Value));
  return ValueAccess::make(Kind::Tuple, cell);
}

Value Value::dict() { return ValueAccess::make(Kind::Dict, new DictCell()); }

Value Value::set(const std::vector<Value>& items) {
  auto* cell = new SetCell();
  Value value = ValueAccess::make(Kind::Set, cell);
  for (const Value& item : items) {
    cell->table.set(item, Value());
  }
  return value;
}

Value Value::date(Date date) { return make_box(Kind::Date, date); }
Value Value::time(Time time) { return make_box(Kind::Time, time); }
Value Value::date_time(DateTime date_time) {
  return make_box(Kind::DateTime, std::move(date_time));
}
Value Value::time_delta(TimeDelta delta) { return make_box(Kind::TimeDelta, delta); }

Value Value::object(Object* object) {
  return ValueAccess::make(Kind::Object, ValueAccess::cell_of(object));
}

Value Value::undefined(std::string_view name) { return undefined(name, UndefinedKind::Default); }

Value Value::undefined(std::string_view name, UndefinedKind kind) {
  auto* cell = new UndefinedCell();
  cell->name = name;
  return ValueAccess::make(Kind::Undefined, cell, static_cast<uint8_t>(kind));
}

Value Value::immortal(Value constant, std::vector<Value>& owners) {
  if (!ValueAccess::has_cell(constant)) {
    return constant;
  }
  if (constant.is_tuple()) {
    std::vector<Value> items;
    for (const Value& item : sequence(constant)) {
      items.push_back(immortal(item, owners));
    }
    constant = tuple(std::move(items));
  }
  Value handle = ValueAccess::borrowed(constant);
  owners.push_back(std::move(constant));
  return handle;
}

size_t Value::text_length() const {
  if (is_ascii()) {
    return as_string().size();
  }
  return ValueAccess::is_inline(*this) ? count_code_points(as_string())
                                       : static_cast<const StringCell*>(cell())->length;
}

const Date& Value::as_date() const { return ValueAccess::as<BoxCell<Date>>(*this).value; }
const Time& Value::as_time() const { return ValueAccess::as<BoxCell<Time>>(*this).value; }
const DateTime& Value::as_date_time() const {
  return ValueAccess::as<BoxCell<DateTime>>(*this).value;
}
const TimeDelta& Value::as_time_delta() const {
  return ValueAccess::as<BoxCell<TimeDelta>>(*this).value;
}
Object& Value::as_object() const { return *ValueAccess::object(*this); }

size_t Value::size() const {
  return is_list() || is_tuple() ? sequence(*this).size() : table_of(*this).size();
}

const Value& Value::at(size_t i) const {
  return is_list() || is_tuple() ? sequence(*this)[i] : table_of(*this).at(i).key;
}

void Value::append(Value item) {
  sequence(*this).push_back(std::move(item));
  count_items(*this);
}

const Value* Value::find(const Value& key) const {
  auto* entry = table_of(*this).find(key);
  return entry ? &entry->value : nullptr;
}

const Value* Value::find(std::string_view key) const {
  auto* entry = table_of(*this).find(key);
  return entry ? &entry->value : nullptr;
}

void Value::set_item(const Value& key, Value value) { table_of(*this).set(key, std::move(value)); }
void Value::set_item(std::string_view key, Value value) {
  table_of(*this).set(key, std::move(value));
}
bool Value::erase(const Value& key) { return table_of(*this).erase(key); }
const Value& Value::key_at(size_t i) const { return table_of(*this).at(i).key; }
const Value& Value::value_at(size_t i) const { return table_of(*this).at(i).value; }

bool Value::same_as(const Value& other) const {
  if (kind() != other.kind()) {
    return false;
  }
  switch (kind()) {
    case Kind::None:
      return true;
    case Kind::Bool:
    case Kind::Int:
      return as_int() == other.as_int();
    case Kind::Float:
      return std::memcmp(raw_.bytes, other.raw_.bytes, sizeof(double)) == 0;
    case Kind::String:
    case Kind::Markup:
      // Equal short texts are one object in Python more often than not: it interns them.
      if (ValueAccess::is_inline(*this) || ValueAccess::is_inline(other)) {
        return as_string() == other.as_string();
      }
      return cell() == other.cell();
    default:
      return cell() == other.cell();
  }
}

Value string_with_trace(std::string&& text, bool is_markup, Trace* trace) {
  Value value = ValueAccess::string(text, is_markup ? Kind::Markup : Kind::String);
  if (ValueAccess::is_inline(value)) {
    free_trace(trace);
  } else {
    ValueAccess::as<StringCell>(value).trace = trace;
  }
  return value;
}

const Trace* trace_of(const Value& value) {
  return value.is_string() && !ValueAccess::is_inline(value)
             ? ValueAccess::as<StringCell>(value).trace
             : nullptr;
}

UndefinedKind undefined_kind(const Value& value) {
  return static_cast<UndefinedKind>(ValueAccess::flags(value) & 0x03);
}

}  // namespace weft::jinja
