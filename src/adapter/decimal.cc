#include "adapter/decimal.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapter/python_text.h"
#include "base/strings.h"

namespace weft::adapter {
namespace {

/// Digits kept by arithmetic in Python's default context.
constexpr size_t kPrecision = 28;
/// Python refuses numbers beyond these powers of ten.
constexpr int64_t kMaxExponent = 999'999;
/// Longest number that plain() spells out.
constexpr int64_t kMaxPlainDigits = 400;

constexpr std::string_view kCurrencySigns[] = {"؋", "$", "ƒ", "៛", "¥", "₡", "₱", "£", "€", "¢",
                                               "﷼", "₪", "₩", "₭", "₮", "₦", "฿", "₤", "₫"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

std::string_view strip_word(std::string_view text, std::string_view word) {
  while (text.size() >= word.size() && text.substr(0, word.size()) == word)
    text.remove_prefix(word.size());
  while (text.size() >= word.size() && text.substr(text.size() - word.size()) == word)
    text.remove_suffix(word.size());
  return text;
}

/// "inf", "infinity", "nan" and "snan" with digits behind; the sign is off already.
std::optional<Decimal> parse_special(std::string_view text, bool negative) {
  Decimal number;
  number.negative = negative;
  if (base::equal_ignoring_case(text, "inf") || base::equal_ignoring_case(text, "infinity")) {
    number.kind = Decimal::Kind::Infinite;
    return number;
  }
  if (text.size() >= 3 && base::equal_ignoring_case(text.substr(0, 3), "nan") &&
      all_digits(text.substr(3))) {
    number.kind = Decimal::Kind::NotANumber;
    number.digits = text.substr(std::min(text.find_first_not_of('0', 3), text.size()));
    return number;
  }
  // A signalling NaN makes Python's arithmetic fail, so it never is a number of a table.
  return std::nullopt;
}

std::optional<int64_t> parse_exponent(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || !all_digits(text))
    return std::nullopt;
  int64_t value = 0;
  for (char c : text) {
    value = value * 10 + (c - '0');
    if (value > 10 * kMaxExponent)
      return std::nullopt;
  }
  return negative ? -value : value;
}

std::optional<Decimal> parse_finite(std::string_view text, bool negative) {
  Decimal number;
  number.negative = negative;
  size_t mark = text.find_first_of("eE");
  if (mark != std::string_view::npos) {
    std::optional<int64_t> exponent = parse_exponent(text.substr(mark + 1));
    if (!exponent)
      return std::nullopt;
    number.exponent = *exponent;
    text = text.substr(0, mark);
  }
  size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  if (point != std::string_view::npos) {
    std::string_view fraction = text.substr(point + 1);
    digits += fraction;
    number.exponent -= static_cast<int64_t>(fraction.size());
  }
  if (digits.empty() || !all_digits(digits))
    return std::nullopt;
  size_t first = digits.find_first_not_of('0');
  number.digits = first == std::string::npos ? "0" : digits.substr(first);
  if (number.exponent + static_cast<int64_t>(number.digits.size()) - 1 > kMaxExponent ||
      number.exponent < -kMaxExponent - static_cast<int64_t>(kPrecision))
    return std::nullopt;
  return number;
}

/// Rounds to kPrecision digits, halves to even.
void round_digits(Decimal& number) {
  if (number.digits.size() <= kPrecision)
    return;
  std::string rest = number.digits.substr(kPrecision);
  number.digits.resize(kPrecision);
  number.exponent += static_cast<int64_t>(rest.size());
  bool is_half = rest[0] == '5' && rest.find_first_not_of('0', 1) == std::string::npos;
  bool up = is_half ? (number.digits.back() - '0') % 2 == 1 : rest[0] >= '5';
  if (!up)
    return;
  size_t at = kPrecision;
  while (at > 0 && number.digits[at - 1] == '9')
    number.digits[--at] = '0';
  if (at > 0) {
    ++number.digits[at - 1];
    return;
  }
  number.digits.insert(number.digits.begin(), '1');
  number.digits.pop_back();
  ++number.exponent;
}

/// Zeros at the end of the digits.
int64_t trailing_zeros(const std::string& digits) {
  size_t last = digits.find_last_not_of('0');
  return last == std::string::npos ? 0 : static_cast<int64_t>(digits.size() - 1 - last);
}

}  // namespace

std::string Decimal::str() const {
  std::string sign = negative ? "-" : "";
  if (kind == Kind::Infinite)
    return sign + "Infinity";
  if (kind == Kind::NotANumber)
    return sign + "NaN" + digits;
  int64_t left = exponent + static_cast<int64_t>(digits.size());
  int64_t point = exponent <= 0 && left > -6 ? left : 1;
  std::string out = sign;
  if (point <= 0) {
    out += "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  } else if (point >= static_cast<int64_t>(digits.size())) {
    out += digits + std::string(static_cast<size_t>(point) - digits.size(), '0');
  } else {
    out += digits.substr(0, static_cast<size_t>(point)) + "." +
           digits.substr(static_cast<size_t>(point));
  }
  if (left != point)
    out += fmt::format("E{:+}", left - point);
  return out;
}

int64_t Decimal::whole_places() const {
  if (digits == "0")
    return 1;
  return static_cast<int64_t>(digits.size()) + exponent;
}

int64_t Decimal::decimal_places() const {
  return digits == "0" ? 0 : -(exponent + trailing_zeros(digits));
}

std::string Decimal::plain() const {
  if (kind != Kind::Finite)
    return "NaN";
  Decimal shorter = *this;
  int64_t zeros = digits == "0" ? 0 : trailing_zeros(digits);
  if (digits == "0") {
    shorter.exponent = 0;
  } else if (exponent < 0) {
    int64_t dropped = std::min(zeros, -exponent);
    shorter.digits.resize(digits.size() - static_cast<size_t>(dropped));
    shorter.exponent += dropped;
  }
  if (shorter.exponent > 0 && shorter.exponent <= kMaxPlainDigits) {
    shorter.digits.append(static_cast<size_t>(shorter.exponent), '0');
    shorter.exponent = 0;
  }
  return shorter.str();
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  std::string cleaned = ascii_digits(python_strip(text));
  std::erase(cleaned, '_');
  std::string_view rest = cleaned;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest.empty())
    return std::nullopt;
  if (is_digit(rest[0]) || rest[0] == '.')
    return parse_finite(rest, negative);
  return parse_special(rest, negative);
}

std::optional<Decimal> parse_agate_number(std::string_view text) {
  text = strip_word(text, "%");
  bool negative = !text.empty() && text[0] == '-';
  if (negative)
    text.remove_prefix(1);
  for (std::string_view sign : kCurrencySigns)
    text = strip_word(text, sign);
  std::string without_groups;
  if (text.find(',') != std::string_view::npos) {
    without_groups = text;
    std::erase(without_groups, ',');
    text = without_groups;
  }
  std::optional<Decimal> number = parse_decimal(text);
  if (!number)
    return std::nullopt;
  if (number->kind != Decimal::Kind::NotANumber)
    number->negative = number->negative != negative;
  if (number->kind == Decimal::Kind::Finite)
    round_digits(*number);
  return number;
}

bool is_simple_number(std::string_view text) {
  if (!text.empty() && text[0] == '-')
    text.remove_prefix(1);
  if (text.empty() || text.size() > 18 || !is_digit(text[0]) || !is_digit(text.back()))
    return false;
  bool point = false;
  for (char c : text) {
    if (is_digit(c))
      continue;
    if (c != '.' || point)
      return false;
    point = true;
  }
  return true;
}

}  // namespace weft::adapter
