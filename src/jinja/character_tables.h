// Tables of character properties and case mappings; character_tables.cc is generated.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::jinja {

/// What characters have in common; many share one record.
struct CharacterRecord {
  /// CharacterFlag bits.
  uint16_t flags;
  /// Distances to the simple mappings.
  int32_t upper, lower, title, fold;
  /// Value of a digit.
  uint8_t digit;
};

/// A character one of whose mappings is not one character. Forms end with 0.
struct CharacterExpansion {
  char32_t code;
  /// Upper, lower, title, fold.
  char32_t forms[4][4];
};

inline constexpr unsigned kCharacterBlockShift = 7;
extern const CharacterRecord kCharacterRecords[];
extern const uint16_t kCharacterBlocks[];
extern const uint16_t kCharacterFirst[];
extern const CharacterExpansion kCharacterExpansions[];
extern const size_t kCharacterExpansionCount;

}  // namespace weft::jinja
