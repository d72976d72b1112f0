// DecimalNumber: the parts of a Decimal, and the one operation that needs series. Private to the
// decimal files.
#pragma once

#include <cstdint>
#include <optional>

#include "jinja/mpz.h"

namespace weft::jinja {

struct DecimalNumber {
  enum class Form { Finite, Infinite, Nan };
  Form form = Form::Finite;
  bool is_negative = false;
  /// Not negative.
  Mpz coefficient;
  int64_t exponent = 0;

  bool is_zero() const { return form == Form::Finite && coefficient.sign() == 0; }
  /// Exponent of the first digit.
  int64_t adjusted() const {
    return exponent + static_cast<int64_t>(coefficient.digit_count()) - 1;
  }
};

/// |base| ** exponent to `digits` digits, for a base that is not zero. Nothing when the result is
/// far too large.
std::optional<DecimalNumber> power_by_logarithm(const DecimalNumber& base,
                                                const DecimalNumber& exponent, int64_t digits);

}  // namespace weft::jinja
