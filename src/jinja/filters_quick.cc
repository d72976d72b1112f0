// Quick ways of filters for the values that they mostly get: see QuickFilter in code.h. All of them
// give exactly what the filter itself gives; anything unusual is left to it.
#include <cstdint>
#include <limits>

#include "jinja/cells.h"
#include "jinja/code.h"
#include "jinja/environment_code.h"
#include "jinja/filters.h"

namespace weft::jinja {
namespace {

/// Room for texts that are worth a way of their own; what is longer costs more than the call.
constexpr size_t kShort = 64;

bool is_short_ascii(const Value& subject) {
  return subject.kind() == Kind::String && subject.is_ascii() &&
         subject.as_string().size() <= kShort;
}

Value ascii_string(const char* text, size_t size) {
  return ValueAccess::ascii_string({text, size});
}

/// The bits of 0x20 in the ASCII bytes of a word that are letters from kFirst to kLast.
template <char kFirst, char kLast>
uint64_t case_bits(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  uint64_t from_first = word + kOnes * (0x80 - kFirst);
  uint64_t behind_last = word + kOnes * (0x7f - kLast);
  return (from_first & ~behind_last & (kOnes * 0x80)) >> 2;
}

template <char kFirst, char kLast>
[[gnu::noinline]] bool other_case_of_long(const Value& subject, Value& result) {
  std::string_view from = subject.as_string();
  char to[kShort];
  for (size_t i = 0; i < from.size(); ++i) {
    bool changes = from[i] >= kFirst && from[i] <= kLast;
    to[i] = static_cast<char>(changes ? from[i] ^ 0x20 : from[i]);
  }
  result = ascii_string(to, from.size());
  return true;
}

template <char kFirst, char kLast>
bool other_case(const Value& subject, Value& result) {
  if (!is_short_ascii(subject)) {
    return false;
  }
  if (ValueAccess::is_inline(subject)) {
    result = ValueAccess::with_flipped_bits(subject, case_bits<kFirst, kLast>);
    return true;
  }
  return other_case_of_long<kFirst, kLast>(subject, result);
}

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

bool trim(const Value& subject, Value& result) {
  if (!is_short_ascii(subject)) {
    return false;
  }
  std::string_view text = subject.as_string();
  while (!text.empty() && is_ascii_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_ascii_space(text.back())) {
    text.remove_suffix(1);
  }
  result = ascii_string(text.data(), text.size());
  return true;
}

[[gnu::noinline]] bool digits(const Value& subject, Value& result) {
  result = ValueAccess::digits_of(subject.as_int());
  return true;
}

bool string(const Value& subject, Value& result) {
  if (subject.kind() == Kind::Int && static_cast<uint64_t>(subject.as_int()) < kShortNumbers) {
    result = ValueAccess::short_number(subject.as_int());
    return true;
  }
  if (subject.is_string()) {
    result = subject;
    return true;
  }
  if (subject.kind() != Kind::Int) {
    return false;
  }
  return digits(subject, result);
}

bool length(const Value& subject, Value& result) {
  if (subject.is_string()) {
    result = Value::integer(static_cast<int64_t>(subject.text_length()));
    return true;
  }
  if (!subject.is_list() && !subject.is_tuple() && !subject.is_dict()) {
    return false;
  }
  result = Value::integer(static_cast<int64_t>(subject.size()));
  return true;
}

template <bool kIsLast>
bool end_item(const Value& subject, Value& result) {
  if ((!subject.is_list() && !subject.is_tuple()) || subject.size() == 0) {
    return false;
  }
  result = subject.at(kIsLast ? subject.size() - 1 : 0);
  return true;
}

bool integer(const Value& subject, Value& result) {
  if (subject.kind() != Kind::Int) {
    return false;
  }
  result = subject;
  return true;
}

bool absolute(const Value& subject, Value& result) {
  if (subject.kind() != Kind::Int || subject.as_int() == std::numeric_limits<int64_t>::min()) {
    return false;
  }
  result = Value::integer(subject.as_int() < 0 ? -subject.as_int() : subject.as_int());
  return true;
}

}  // namespace

void add_quick_filters(Environment& environment) {
  auto add = [&](std::string_view name, QuickFilter quick) {
    EnvironmentAccess::add_quick_filter(environment, name, quick);
  };
  add("upper", other_case<'a', 'z'>);
  add("lower", other_case<'A', 'Z'>);
  add("trim", trim);
  add("string", string);
  add("length", length);
  add("count", length);
  add("first", end_item<false>);
  add("last", end_item<true>);
  add("int", integer);
  add("abs", absolute);
}

}  // namespace weft::jinja
