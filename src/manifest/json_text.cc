#include "manifest/json_text.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"

namespace weft::manifest {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

/// True when one of the eight bytes is `"`, `\`, a control character, DEL or not ASCII. May be true
/// without need, never false.
bool needs_escape(uint64_t word) {
  const uint64_t quote = word ^ (kOnes * '"');
  const uint64_t slash = word ^ (kOnes * '\\');
  const uint64_t del = word ^ (kOnes * 0x7f);
  // (x - 1) & ~x has the high bit where x is zero; (x - 0x20) borrows where x is below a blank.
  const uint64_t hits = ((quote - kOnes) & ~quote) | ((slash - kOnes) & ~slash) |
                        ((del - kOnes) & ~del) | ((word - kOnes * 0x20) & ~word) | word;
  return (hits & kHighs) != 0;
}

bool needs_escape(unsigned char c) { return c < 0x20 || c > 0x7e || c == '"' || c == '\\'; }

/// Length of the start of `text` that can be copied as it is.
size_t plain_prefix(std::string_view text) {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (needs_escape(word))
      break;
  }
  while (at < text.size() && !needs_escape(static_cast<unsigned char>(text[at])))
    ++at;
  return at;
}

}  // namespace

void JsonText::long_key(std::string_view name) {
  separate();
  out_ += '"';
  out_ += name;
  out_ += "\": ";
  need_comma_ = false;
}

void JsonText::any_key(std::string_view name) {
  text(name);
  out_ += ": ";
  need_comma_ = false;
}

void JsonText::integer(int64_t value) {
  separate();
  fmt::format_int digits(value);
  out_.append(digits.data(), digits.size());
}

void JsonText::real(double value) {
  if (std::isnan(value))
    return raw("NaN");
  if (std::isinf(value))
    return raw(value < 0 ? "-Infinity" : "Infinity");
  // Bits, since 0.0 equals -0.0.
  if (std::bit_cast<uint64_t>(value) != std::bit_cast<uint64_t>(last_real_)) {
    last_real_ = value;
    last_real_text_ = base::format_float(value);
  }
  raw(last_real_text_);
}

void JsonText::text(std::string_view value) {
  if (plain_prefix(value) < value.size()) {
    separate();
    base::append_json_string(out_, value, true);
    return;
  }
  if (need_comma_)
    out_.append(", \"", 3);
  else
    out_ += '"';
  need_comma_ = true;
  out_ += value;
  out_ += '"';
}

void JsonText::map(const base::DataMap& value) {
  open_map();
  for (const base::DataEntry& entry : value) {
    any_key(entry.key);
    data(entry.value);
  }
  close_map();
}

void JsonText::data(const base::Data& value) {
  switch (value.kind()) {
    case base::Data::Kind::Null:
      return null();
    case base::Data::Kind::Bool:
      return boolean(value.as_bool());
    case base::Data::Kind::Int:
      return integer(value.as_int());
    case base::Data::Kind::Float:
      return real(value.as_float());
    case base::Data::Kind::String:
      return text(value.as_string());
    case base::Data::Kind::List:
      open_list();
      for (const base::Data& item : value.as_list())
        data(item);
      return close_list();
    case base::Data::Kind::Map:
      return map(value.as_map());
  }
}

}  // namespace weft::manifest
