// Decimal: a number as Python's decimal module holds it, as far as tables need it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::adapter {

struct Decimal {
  enum class Kind : uint8_t { Finite, Infinite, NotANumber };
  Kind kind = Kind::Finite;
  bool negative = false;
  /// Without leading zeros; "0" for zero. The value is digits times ten to the exponent. Behind NaN
  /// they are what was written there.
  std::string digits = "0";
  int64_t exponent = 0;

  /// As Python prints it: "1.10", "1E+20", "-0", "NaN".
  std::string str() const;
  /// Digits before and after the decimal point, trailing zeros of the fraction left out.
  int64_t whole_places() const;
  int64_t decimal_places() const;
  /// Without exponent and without a fraction of zeros ("100", "-2.5"), for PostgreSQL; NaN for what
  /// is not finite. Numbers of very many digits keep their exponent.
  std::string plain() const;
};

/// As Python's Decimal(text): signs, underscores, digits of all scripts, exponents, infinity, nan.
std::optional<Decimal> parse_decimal(std::string_view text);

/// As agate reads a number of a CSV file: `%` and currency signs around it and `,` inside are
/// dropped. The text is stripped and not null. Rounded to 28 digits, as Python's arithmetic does.
std::optional<Decimal> parse_agate_number(std::string_view text);

/// True for digits with at most one leading minus and one inner point and few enough digits to need
/// no care: then the text is its own number.
bool is_simple_number(std::string_view text);

}  // namespace weft::adapter
