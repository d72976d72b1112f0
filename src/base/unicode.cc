#include "base/unicode.h"

#include <algorithm>
#include <span>

#include "base/unicode_tables.h"

namespace weft::base {
namespace {

bool is_in(std::span<const CharRange> ranges, char32_t c) {
  auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                [](char32_t value, const CharRange& r) { return value < r.first; });
  return after != ranges.begin() && c <= std::prev(after)->last;
}

}  // namespace

DecodedChar decode_utf8(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(at);
  if (lead < 0x80)
    return {lead, 1, true};
  size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > text.size())
    return {};
  char32_t value = lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80)
      return {};
    value = value << 6 | (byte(at + i) & 0x3fu);
  }
  bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
    return {};
  return {value, length, true};
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
    c = 0xfffd;
  auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

bool is_printable(char32_t c) {
  if (c < 0x7f)
    return c >= 0x20;
  return !is_in(unprintable_ranges(), c);
}

int display_width(char32_t c) {
  if (c < 0x300)
    return 1;
  if (is_in(zero_width_ranges(), c))
    return 0;
  return is_in(wide_ranges(), c) ? 2 : 1;
}

}  // namespace weft::base
