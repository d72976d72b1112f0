// Tables of character properties, made from the Unicode database.
#pragma once

#include <cstdint>
#include <span>

namespace weft::base {

struct CharRange {
  char32_t first, last;
};

/// Sorted ranges of the characters that Python's repr() escapes.
std::span<const CharRange> unprintable_ranges();
/// Sorted ranges of the characters that take two columns.
std::span<const CharRange> wide_ranges();
/// Sorted ranges of the characters that take no column.
std::span<const CharRange> zero_width_ranges();

}  // namespace weft::base
