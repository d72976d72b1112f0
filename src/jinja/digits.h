// Digits of small numbers, for output and |string.
#pragma once

#include <bit>
#include <cstdint>

namespace weft::jinja {

/// Up to eight characters, the first in the lowest byte, zeros behind them.
struct ShortText {
  uint64_t text = 0;
  unsigned size = 0;
};

constexpr uint64_t kShortNumbers = 100'000'000;

/// The digits of 0 <= n < kShortNumbers. No branches: halves are divided side by side in one word,
/// until each byte of it is a digit.
inline ShortText short_digits(int64_t n) {
  auto number = static_cast<uint64_t>(n);
  uint64_t high = number / 10000;
  uint64_t fours = high | (number - high * 10000) << 32;
  uint64_t hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
  uint64_t tens = ((twos * 103) >> 10) & 0x000f000f000f000f;
  uint64_t digits = tens | (twos - tens * 10) << 8;
  // The last digit is shown even when it is 0.
  auto zeros = static_cast<unsigned>(std::countr_zero(digits | uint64_t{1} << 56)) / 8;
  return {(digits | 0x3030303030303030) >> (8 * zeros), 8 - zeros};
}

}  // namespace weft::jinja
