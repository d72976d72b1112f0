// str(), repr() and type names of values.
#include "jinja/value_text.h"

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/datetime.h"
#include "jinja/decimal.h"
#include "jinja/float_text.h"
#include "jinja/interpreter.h"
#include "jinja/notes.h"
#include "jinja/text.h"
#include "jinja/value.h"

namespace weft::jinja {
namespace {

constexpr int kDeepest = 900;
// Containers that one operation may visit: a list of itself twice, sixty times over, has 2^60.
constexpr uint32_t kMostVisits = 3'000'000;
// Bytes that the text of one container may have: a list may hold one long text many times.
constexpr size_t kMostText = 48u << 20;
thread_local int depth = 0;
thread_local uint32_t visits = 0;
thread_local bool was_too_deep = false;
thread_local bool was_too_large = false;
// Where the text of the outermost container began.
thread_local size_t text_begin = 0;
thread_local bool was_too_long = false;
// Digits that Python's str() of an int may have.
constexpr size_t kMostDigits = 4300;

/// Cells whose repr is being written, outermost first; one that comes again prints as dots.
thread_local std::vector<const HeapCell*> open_cells;

class OpenCell {
 public:
  explicit OpenCell(const Value& value) {
    const HeapCell* cell = ValueAccess::cell(value);
    for (const HeapCell* open : open_cells) {
      is_open_already_ = is_open_already_ || open == cell;
    }
    open_cells.push_back(cell);
  }
  ~OpenCell() { open_cells.pop_back(); }
  OpenCell(const OpenCell&) = delete;
  OpenCell& operator=(const OpenCell&) = delete;
  bool is_open_already() const { return is_open_already_; }

 private:
  bool is_open_already_ = false;
};

bool is_too_large(const std::string& out) {
  bool is_now = out.size() > text_begin + kMostText;
  was_too_large = was_too_large || is_now;
  return is_now;
}

void append_items(const Value& value, std::string& out) {
  for (size_t i = 0; i < value.size() && !is_too_large(out); ++i) {
    if (i > 0) {
      out += ", ";
    }
    append_repr(value.at(i), out);
  }
}

void append_dict_items(const Value& value, std::string& out) {
  for (size_t i = 0; i < value.size() && !is_too_large(out); ++i) {
    if (i > 0) {
      out += ", ";
    }
    append_repr(value.key_at(i), out);
    out += ": ";
    append_repr(value.value_at(i), out);
  }
}

void append_big_integer(const Value& value, std::string& out) {
  // 2 ** 15000 has 4516 digits; the digits of far larger numbers are not even computed.
  std::string digits = integer_bits(value) > 15000 ? "" : integer_digits(value);
  if (digits.empty() || digits.size() - (digits[0] == '-') > kMostDigits) {
    note_long_integer();
    return;
  }
  out += digits;
}

void append_container(const Value& value, std::string& out) {
  text_begin = open_cells.empty() ? out.size() : text_begin;
  NestingGuard guard;
  if (guard.too_deep()) {
    out += "...";
    return;
  }
  OpenCell open(value);
  bool again = open.is_open_already();
  switch (value.kind()) {
    case Kind::List:
      out += '[';
      again ? void(out += "...") : append_items(value, out);
      out += ']';
      break;
    case Kind::Tuple:
      out += '(';
      again ? void(out += "...") : append_items(value, out);
      out += value.size() == 1 ? ",)" : ")";
      break;
    case Kind::Dict:
      out += '{';
      again ? void(out += "...") : append_dict_items(value, out);
      out += '}';
      break;
    default:
      if (again) {
        out += "set(...)";
      } else if (value.size() == 0) {
        out += "set()";
      } else {
        out += '{';
        append_items(value, out);
        out += '}';
      }
  }
}

}  // namespace

NestingGuard::NestingGuard() {
  visits = depth == 0 ? 0 : visits + 1;
  too_deep_ = ++depth > kDeepest || visits > kMostVisits;
  was_too_deep = was_too_deep || too_deep_;
}
NestingGuard::~NestingGuard() { --depth; }
bool NestingGuard::take_note() { return std::exchange(was_too_deep, false); }

void note_long_integer() { was_too_long = true; }

void raise_noted(Interpreter& interpreter) {
  if (std::exchange(was_too_large, false)) {
    was_too_deep = was_too_long = false;
    interpreter.raise("BudgetExceeded", "the template makes more bytes than are allowed");
  }
  if (std::exchange(was_too_deep, false)) {
    was_too_long = false;
    interpreter.raise("RecursionError", "maximum recursion depth exceeded");
  }
  if (std::exchange(was_too_long, false)) {
    interpreter.raise(
        "ValueError",
        fmt::format("Exceeds the limit ({} digits) for integer string conversion; use "
                    "sys.set_int_max_str_digits() to increase the limit",
                    kMostDigits));
  }
}

void append_repr(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Kind::Undefined:
      out += "Undefined";
      break;
    case Kind::String:
      append_repr_text(out, value.as_string());
      break;
    case Kind::Markup:
      out += "Markup(";
      append_repr_text(out, value.as_string());
      out += ')';
      break;
    case Kind::Decimal:
      out += "Decimal('" + decimal_text(value) + "')";
      break;
    case Kind::Date:
      out += repr_of(value.as_date());
      break;
    case Kind::Time:
      out += repr_of(value.as_time());
      break;
    case Kind::DateTime:
      out += repr_of(value.as_date_time());
      break;
    case Kind::TimeDelta:
      out += repr_of(value.as_time_delta());
      break;
    case Kind::Object: {
      NestingGuard guard;
      out += guard.too_deep() ? "..." : value.as_object().repr();
      break;
    }
    default:
      append_text(value, out);
  }
}

void append_text(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Kind::Undefined:
      break;
    case Kind::None:
      out += "None";
      break;
    case Kind::Bool:
      out += value.as_bool() ? "True" : "False";
      break;
    case Kind::Int:
      fmt::format_to(std::back_inserter(out), "{}", value.as_int());
      break;
    case Kind::BigInt:
      append_big_integer(value, out);
      break;
    case Kind::Float:
      out += float_repr(value.as_float());
      break;
    case Kind::Decimal:
      out += decimal_text(value);
      break;
    case Kind::String:
    case Kind::Markup:
      out += value.as_string();
      break;
    case Kind::Date:
      out += iso_text(value.as_date());
      break;
    case Kind::Time:
      out += iso_text(value.as_time());
      break;
    case Kind::DateTime:
      out += iso_text(value.as_date_time(), ' ');
      break;
    case Kind::TimeDelta:
      out += delta_text(value.as_time_delta());
      break;
    case Kind::Object: {
      NestingGuard guard;
      out += guard.too_deep() ? "..." : value.as_object().str();
      break;
    }
    default:
      append_container(value, out);
  }
}

std::string Value::str() const {
  std::string out;
  append_text(*this, out);
  return out;
}

std::string Value::repr() const {
  std::string out;
  append_repr(*this, out);
  return out;
}

std::string_view Value::type_name() const {
  switch (kind()) {
    case Kind::Undefined:
      switch (undefined_kind(*this)) {
        case UndefinedKind::Strict:
          return "StrictUndefined";
        case UndefinedKind::Chainable:
          return "ChainableUndefined";
        case UndefinedKind::Permissive:
          return "PermissiveUndefined";
        default:
          return "Undefined";
      }
    case Kind::None:
      return "NoneType";
    case Kind::Bool:
      return "bool";
    case Kind::Int:
    case Kind::BigInt:
      return "int";
    case Kind::Float:
      return "float";
    case Kind::Decimal:
      return "decimal.Decimal";
    case Kind::String:
      return "str";
    case Kind::Markup:
      return "Markup";
    case Kind::List:
      return "list";
    case Kind::Tuple:
      return "tuple";
    case Kind::Dict:
      return "dict";
    case Kind::Set:
      return "set";
    case Kind::Date:
      return "datetime.date";
    case Kind::Time:
      return "datetime.time";
    case Kind::DateTime:
      return "datetime.datetime";
    case Kind::TimeDelta:
      return "datetime.timedelta";
    case Kind::Object:
      return as_object().type_name();
  }
  return "object";
}

std::string qualified_type_name(const Value& value) {
  if (value.kind() == Kind::Markup) {
    return "markupsafe.Markup";
  }
  std::string_view name = value.type_name();
  std::string_view module = value.is_object() ? value.as_object().module_name() : "";
  return module.empty() ? std::string(name) : fmt::format("{}.{}", module, name);
}

std::pair<std::string_view, std::string> undefined_error(const Value& value) {
  if (!ValueAccess::has_cell(value)) {
    return {"UndefinedError", "None is undefined"};
  }
  const auto& cell = ValueAccess::as<UndefinedCell>(value);
  switch (cell.reason) {
    case UndefinedCell::Reason::Attribute:
      return {cell.error, repr_text(cell.owner) + " has no attribute " + repr_text(cell.name)};
    case UndefinedCell::Reason::Element:
      return {cell.error, cell.owner + " has no element " + cell.name};
    case UndefinedCell::Reason::Hint:
      return {cell.error, cell.name};
    default:
      return {cell.error, repr_text(cell.name) + " is undefined"};
  }
}

Value undefined_member(const Value& owner, const Value& key, UndefinedKind kind) {
  auto* cell = new UndefinedCell();
  cell->owner = owner.is_none() ? "None" : qualified_type_name(owner) + " object";
  cell->reason =
      key.is_string() ? UndefinedCell::Reason::Attribute : UndefinedCell::Reason::Element;
  cell->name = key.is_string() ? std::string(key.as_string()) : key.repr();
  return ValueAccess::make(Kind::Undefined, cell, static_cast<uint8_t>(kind));
}

Value undefined_hint(std::string message, UndefinedKind kind, std::string_view error) {
  auto* cell = new UndefinedCell();
  cell->reason = UndefinedCell::Reason::Hint;
  cell->name = std::move(message);
  cell->error = error;
  return ValueAccess::make(Kind::Undefined, cell, static_cast<uint8_t>(kind));
}

Value plain_string(const Value& value) {
  Value copy = value;
  ValueAccess::set_kind(copy, Kind::String);
  return copy;
}

Value marked_safe(const Value& value) {
  Value copy = value;
  ValueAccess::set_kind(copy, Kind::Markup);
  return copy;
}

}  // namespace weft::jinja
