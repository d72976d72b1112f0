// Properties and case mappings of characters, as Python's str methods have them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::jinja {

enum CharacterFlag : uint16_t {
  kAlpha = 1 << 0,
  kDecimalDigit = 1 << 1,
  kDigit = 1 << 2,
  kNumeric = 1 << 3,
  kLower = 1 << 4,
  kUpper = 1 << 5,
  kTitle = 1 << 6,
  kPrintable = 1 << 7,
  kCased = 1 << 8,
  kCaseIgnorable = 1 << 9,
  kIdentifierStart = 1 << 10,
  kIdentifierPart = 1 << 11,
  /// What \w matches in Python's regular expressions.
  kWord = 1 << 12,
  /// One of the case mappings is not one character.
  kExpands = 1 << 13,
};

/// CharacterFlag bits of a character.
uint16_t character_flags(char32_t c);
inline bool has_flag(char32_t c, uint16_t flags) { return (character_flags(c) & flags) != 0; }
/// str.isprintable() of one character.
bool is_printable(char32_t c);
/// Value of a decimal digit or digit, else -1.
int digit_value(char32_t c);

/// Full case mappings with Python's rule for a final sigma.
std::string to_upper_case(std::string_view text);
std::string to_lower_case(std::string_view text);
std::string to_case_folded(std::string_view text);
std::string to_swapped_case(std::string_view text);
/// str.title(): a letter after a letter is lower, any other title case.
std::string to_title_case(std::string_view text);
/// str.capitalize(): the first character in title case, the rest lower.
std::string to_capitalized(std::string_view text);

}  // namespace weft::jinja
