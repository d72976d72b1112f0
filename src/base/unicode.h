// Code points: decoding UTF-8 and what a terminal and Python's repr() make of a character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::base {

struct DecodedChar {
  /// U+FFFD when the bytes are no UTF-8.
  char32_t value = 0xfffd;
  /// Bytes taken; 1 for an invalid byte.
  size_t length = 1;
  bool valid = false;
};

/// The code point at byte `at`, which must lie inside the text.
DecodedChar decode_utf8(std::string_view text, size_t at);
/// Appends the code point as UTF-8; surrogates and values past U+10FFFF become U+FFFD.
void append_utf8(std::string& out, char32_t c);

/// As Python's str.isprintable() of one character.
bool is_printable(char32_t c);
/// Columns that a terminal gives the character: 0 for combining marks, 2 for wide ones, else 1.
int display_width(char32_t c);

}  // namespace weft::base
