#include "adapter/python_text.h"

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "base/unicode.h"

namespace weft::adapter {
namespace {

// The digit zero of each script that has decimal digits; one to nine follow it.
constexpr char32_t kZeros[] = {
    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,   0xc66,
    0xce6,   0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,  0x1810,
    0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,
    0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066, 0x110f0,
    0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
    0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec,
    0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
};

bool is_ascii_space(unsigned char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

bool is_unicode_space(char32_t c) {
  return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/// Length of the white space at the end of the text, 0 for none.
size_t trailing_space(std::string_view text) {
  if (is_ascii_space(static_cast<unsigned char>(text.back())))
    return 1;
  size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80)
    --at;
  base::DecodedChar c = base::decode_utf8(text, at);
  return c.valid && at + c.length == text.size() && is_unicode_space(c.value) ? c.length : 0;
}

size_t leading_space(std::string_view text) {
  unsigned char first = static_cast<unsigned char>(text.front());
  if (first < 0x80)
    return is_ascii_space(first) ? 1 : 0;
  base::DecodedChar c = base::decode_utf8(text, 0);
  return c.valid && is_unicode_space(c.value) ? c.length : 0;
}

}  // namespace

std::string_view python_strip(std::string_view text) {
  while (!text.empty()) {
    size_t length = leading_space(text);
    if (length == 0)
      break;
    text.remove_prefix(length);
  }
  while (!text.empty()) {
    size_t length = trailing_space(text);
    if (length == 0)
      break;
    text.remove_suffix(length);
  }
  return text;
}

std::string ascii_digits(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    base::DecodedChar c = base::decode_utf8(text, at);
    const char32_t* next = std::upper_bound(std::begin(kZeros), std::end(kZeros), c.value);
    if (c.valid && next != std::begin(kZeros) && c.value - *(next - 1) < 10)
      out += static_cast<char>('0' + (c.value - *(next - 1)));
    else
      out += text.substr(at, c.length);
    at += c.length;
  }
  return out;
}

bool is_null_word(std::string_view text) {
  return text.empty() || (text.size() == 4 && base::equal_ignoring_case(text, "null"));
}

}  // namespace weft::adapter
