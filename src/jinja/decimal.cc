// Decimal arithmetic after the General Decimal Arithmetic specification, in the context that Python
// starts with: precision 28, exponents to ±999999, half to even; InvalidOperation, DivisionByZero
// and Overflow are errors.
#include "jinja/decimal.h"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/decimal_number.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

using DecimalCell = BoxCell<DecimalNumber>;

constexpr int64_t kPrecision = 28;
constexpr int64_t kMaxExponent = 999999;
constexpr int64_t kTiny = -kMaxExponent - kPrecision + 1;

const DecimalNumber& number_of(const Value& x) { return ValueAccess::as<DecimalCell>(x).value; }

Value make(DecimalNumber number) {
  auto* cell = new DecimalCell();
  cell->value = std::move(number);
  return ValueAccess::make(Kind::Decimal, cell);
}

bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

DecimalNumber special(DecimalNumber::Form form, bool negative) {
  DecimalNumber number;
  number.form = form;
  number.is_negative = negative;
  return number;
}

/// Drops the last `count` digits of a coefficient, rounding it.
void drop_digits(DecimalNumber& x, int64_t count, Rounding rounding) {
  if (count <= 0) {
    return;
  }
  x.exponent += count;
  if (count > static_cast<int64_t>(x.coefficient.digit_count()) + 1) {
    bool up = x.coefficient.sign() != 0 &&
              (rounding == Rounding::Up || (rounding == Rounding::Ceiling && !x.is_negative) ||
               (rounding == Rounding::Floor && x.is_negative));
    x.coefficient = Mpz(up);
    return;
  }
  Mpz unit = Mpz::power(10, static_cast<uint64_t>(count)), rest;
  mpz_tdiv_qr(x.coefficient.get(), rest.get(), x.coefficient.get(), unit.get());
  if (rest.sign() == 0) {
    return;
  }
  int half = (rest + rest).compare(unit);
  bool up = false;
  switch (rounding) {
    case Rounding::HalfEven:
      up = half > 0 || (half == 0 && x.coefficient.is_odd());
      break;
    case Rounding::HalfUp:
      up = half >= 0;
      break;
    case Rounding::HalfDown:
      up = half > 0;
      break;
    case Rounding::Up:
      up = true;
      break;
    case Rounding::Down:
      break;
    case Rounding::Ceiling:
      up = !x.is_negative;
      break;
    case Rounding::Floor:
      up = x.is_negative;
      break;
  }
  if (up) {
    x.coefficient = x.coefficient + Mpz(1);
  }
}

constexpr DecimalError kInvalid{"InvalidOperation", "[<class 'decimal.InvalidOperation'>]"};
constexpr DecimalError kOverflow{"Overflow",
                                 "[<class 'decimal.Overflow'>, <class 'decimal.Rounded'>]"};

/// Rounds to the context; nothing on overflow.
std::optional<Value> finish(DecimalNumber x, DecimalError& error) {
  if (x.form != DecimalNumber::Form::Finite) {
    return make(std::move(x));
  }
  if (x.coefficient.sign() == 0) {
    x.exponent = std::min(std::max(x.exponent, kTiny), kMaxExponent);
    return make(std::move(x));
  }
  drop_digits(x, static_cast<int64_t>(x.coefficient.digit_count()) - kPrecision,
              Rounding::HalfEven);
  drop_digits(x, static_cast<int64_t>(x.coefficient.digit_count()) - kPrecision,
              Rounding::HalfEven);
  drop_digits(x, kTiny - x.exponent, Rounding::HalfEven);
  if (x.adjusted() > kMaxExponent) {
    error = kOverflow;
    return std::nullopt;
  }
  return make(std::move(x));
}

Value finish_or(DecimalNumber x, const Value& otherwise) {
  DecimalError ignored;
  return finish(std::move(x), ignored).value_or(otherwise);
}

void scale_up(DecimalNumber& x, int64_t exponent) {
  if (x.exponent > exponent) {
    x.coefficient = x.coefficient * Mpz::power(10, static_cast<uint64_t>(x.exponent - exponent));
    x.exponent = exponent;
  }
}

/// Brings both to one exponent. A number far too small to matter is replaced by a tiny one.
void align(DecimalNumber& a, DecimalNumber& b) {
  DecimalNumber& large = a.exponent > b.exponent ? a : b;
  DecimalNumber& small = a.exponent > b.exponent ? b : a;
  if (large.coefficient.sign() != 0 && small.coefficient.sign() != 0) {
    auto digits = static_cast<int64_t>(large.coefficient.digit_count());
    int64_t lowest = large.exponent + std::min<int64_t>(-1, digits - kPrecision - 2);
    if (small.adjusted() < lowest) {
      small.coefficient = Mpz(1);
      small.exponent = lowest;
    }
  } else if (large.coefficient.sign() == 0) {
    large.exponent = small.exponent;
    return;
  } else if (large.exponent - small.exponent > 2 * kPrecision) {
    int64_t digits = static_cast<int64_t>(large.coefficient.digit_count());
    small.exponent =
        std::max(small.exponent, large.exponent - std::max<int64_t>(0, kPrecision - digits));
  }
  scale_up(large, small.exponent);
}

std::optional<Value> add(DecimalNumber a, DecimalNumber b, DecimalError& error) {
  using Form = DecimalNumber::Form;
  if (a.form == Form::Infinite || b.form == Form::Infinite) {
    if (a.form == b.form && a.is_negative != b.is_negative) {
      error = kInvalid;
      return std::nullopt;
    }
    return make(a.form == Form::Infinite ? a : b);
  }
  align(a, b);
  DecimalNumber sum;
  sum.exponent = a.exponent;
  if (a.is_negative == b.is_negative) {
    sum.coefficient = a.coefficient + b.coefficient;
    sum.is_negative = a.is_negative;
  } else {
    int order = a.coefficient.compare(b.coefficient);
    sum.coefficient = order >= 0 ? a.coefficient - b.coefficient : b.coefficient - a.coefficient;
    sum.is_negative = order == 0 ? false : (order > 0 ? a : b).is_negative;
  }
  return finish(std::move(sum), error);
}

std::optional<Value> multiply(const DecimalNumber& a, const DecimalNumber& b, DecimalError& error) {
  using Form = DecimalNumber::Form;
  bool negative = a.is_negative != b.is_negative;
  if (a.form == Form::Infinite || b.form == Form::Infinite) {
    if (a.is_zero() || b.is_zero()) {
      error = kInvalid;
      return std::nullopt;
    }
    return make(special(Form::Infinite, negative));
  }
  DecimalNumber product;
  product.coefficient = a.coefficient * b.coefficient;
  product.exponent = a.exponent + b.exponent;
  product.is_negative = negative;
  return finish(std::move(product), error);
}

std::optional<Value> zero_divisor(const DecimalNumber& a, DecimalError& error, bool is_modulo) {
  if (a.is_zero() && !is_modulo) {
    error = {"InvalidOperation", "[<class 'decimal.DivisionUndefined'>]"};
  } else if (is_modulo) {
    error = a.is_zero() ? DecimalError{"InvalidOperation", "[<class 'decimal.DivisionUndefined'>]"}
                        : kInvalid;
  } else {
    error = {"DivisionByZero", "[<class 'decimal.DivisionByZero'>]"};
  }
  return std::nullopt;
}

std::optional<Value> divide(const DecimalNumber& a, const DecimalNumber& b, DecimalError& error) {
  using Form = DecimalNumber::Form;
  bool negative = a.is_negative != b.is_negative;
  if (a.form == Form::Infinite) {
    if (b.form == Form::Infinite) {
      error = kInvalid;
      return std::nullopt;
    }
    return make(special(Form::Infinite, negative));
  }
  if (b.form == Form::Infinite) {
    DecimalNumber zero;
    zero.is_negative = negative;
    zero.exponent = kTiny;
    return make(std::move(zero));
  }
  if (b.is_zero()) {
    return zero_divisor(a, error, false);
  }
  DecimalNumber quotient;
  quotient.is_negative = negative;
  quotient.exponent = a.exponent - b.exponent;
  if (a.is_zero()) {
    return finish(std::move(quotient), error);
  }
  int64_t shift = static_cast<int64_t>(b.coefficient.digit_count()) -
                  static_cast<int64_t>(a.coefficient.digit_count()) + kPrecision + 1;
  Mpz numerator = a.coefficient, denominator = b.coefficient, rest;
  if (shift >= 0) {
    numerator = numerator * Mpz::power(10, static_cast<uint64_t>(shift));
  } else {
    denominator = denominator * Mpz::power(10, static_cast<uint64_t>(-shift));
  }
  mpz_tdiv_qr(quotient.coefficient.get(), rest.get(), numerator.get(), denominator.get());
  int64_t ideal = quotient.exponent;
  quotient.exponent -= shift;
  if (rest.sign() != 0) {
    // A last digit that is neither 0 nor 5 keeps the rounding right.
    if (mpz_tdiv_ui(quotient.coefficient.get(), 5) == 0) {
      quotient.coefficient = quotient.coefficient + Mpz(1);
    }
  } else {
    while (quotient.exponent < ideal && mpz_divisible_ui_p(quotient.coefficient.get(), 10)) {
      mpz_divexact_ui(quotient.coefficient.get(), quotient.coefficient.get(), 10);
      ++quotient.exponent;
    }
  }
  return finish(std::move(quotient), error);
}

/// Quotient towards zero and remainder with the sign of the dividend.
std::optional<Value> divide_integral(const DecimalNumber& a, const DecimalNumber& b, bool is_modulo,
                                     DecimalError& error) {
  using Form = DecimalNumber::Form;
  bool negative = a.is_negative != b.is_negative;
  if (a.form == Form::Infinite) {
    if (b.form == Form::Infinite || is_modulo) {
      error = kInvalid;
      return std::nullopt;
    }
    return make(special(Form::Infinite, negative));
  }
  if (b.is_zero()) {
    return zero_divisor(a, error, is_modulo);
  }
  DecimalNumber result;
  result.is_negative = is_modulo ? a.is_negative : negative;
  if (b.form == Form::Infinite || (!a.is_zero() && a.adjusted() < b.adjusted() - 1)) {
    if (!is_modulo) {
      return make(std::move(result));
    }
    result = a;
    if (b.form != Form::Infinite) {
      drop_digits(result, 0, Rounding::Down);
      if (!a.is_zero() && b.exponent < a.exponent) {
        scale_up(result, b.exponent);
      }
    }
    return finish(std::move(result), error);
  }
  if (a.adjusted() - b.adjusted() > kPrecision) {
    error = {"InvalidOperation", "[<class 'decimal.DivisionImpossible'>]"};
    return std::nullopt;
  }
  DecimalNumber left = a, right = b;
  int64_t exponent = std::min(a.exponent, b.exponent);
  scale_up(left, exponent);
  scale_up(right, exponent);
  Mpz quotient, rest;
  mpz_tdiv_qr(quotient.get(), rest.get(), left.coefficient.get(), right.coefficient.get());
  if (quotient.digit_count() > kPrecision) {
    error = {"InvalidOperation", "[<class 'decimal.DivisionImpossible'>]"};
    return std::nullopt;
  }
  result.coefficient = is_modulo ? rest : quotient;
  result.exponent = is_modulo ? exponent : 0;
  return finish(std::move(result), error);
}

std::optional<Value> power(const DecimalNumber& a, const DecimalNumber& b, DecimalError& error) {
  using Form = DecimalNumber::Form;
  if (a.form == Form::Infinite || b.form == Form::Infinite) {
    double result = std::pow(decimal_to_double(make(a)), decimal_to_double(make(b)));
    return decimal_from_double(result);
  }
  if (b.is_zero()) {
    if (a.is_zero()) {
      error = kInvalid;
      return std::nullopt;
    }
    return decimal_from_integer(Value::integer(1));
  }
  DecimalNumber whole = b;
  drop_digits(whole, -b.exponent, Rounding::Down);
  bool is_whole = decimal_compare(make(whole), make(b)) == 0;
  bool is_odd = is_whole && whole.exponent <= 0 && whole.coefficient.is_odd();
  if (a.is_zero()) {
    return b.is_negative ? make(special(Form::Infinite, a.is_negative && is_odd))
                         : make(special(Form::Finite, a.is_negative && is_odd));
  }
  if (a.is_negative && !is_whole) {
    error = kInvalid;
    return std::nullopt;
  }
  scale_up(whole, 0);
  bool is_small = is_whole && mpz_cmp_ui(whole.coefficient.get(), 20000) <= 0;
  if (!is_small) {
    std::optional<DecimalNumber> result = power_by_logarithm(a, b, kPrecision + 4);
    bool shrinks = (a.adjusted() >= 0) == b.is_negative;
    if (!result && shrinks) {
      result.emplace();
      result->exponent = kTiny;
    }
    if (!result || result->adjusted() > kMaxExponent) {
      error = kOverflow;
      return std::nullopt;
    }
    result->is_negative = a.is_negative && is_odd;
    return finish(std::move(*result), error);
  }
  uint64_t exponent = mpz_get_ui(whole.coefficient.get());
  DecimalNumber result;
  mpz_pow_ui(result.coefficient.get(), a.coefficient.get(), exponent);
  result.exponent = a.exponent * static_cast<int64_t>(exponent);
  result.is_negative = a.is_negative && is_odd;
  if (!b.is_negative) {
    return finish(std::move(result), error);
  }
  DecimalNumber one;
  one.coefficient = Mpz(1);
  return divide(one, result, error);
}

}  // namespace

void destroy_decimal(HeapCell* cell) { delete static_cast<DecimalCell*>(cell); }

std::optional<Value> parse_decimal(std::string_view text) {
  std::string clean;
  for (char c : strip_space(text)) {
    if (c != '_') {
      clean += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
  }
  std::string_view rest = clean;
  DecimalNumber number;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    number.is_negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest == "inf" || rest == "infinity") {
    return make(special(DecimalNumber::Form::Infinite, number.is_negative));
  }
  if (rest.starts_with("nan") || rest.starts_with("snan")) {
    if (!is_digits(rest.substr(rest.find("nan") + 3))) {
      return std::nullopt;
    }
    return make(special(DecimalNumber::Form::Nan, number.is_negative));
  }
  int64_t exponent = 0;
  if (size_t e = rest.find('e'); e != std::string_view::npos) {
    std::string_view digits = rest.substr(e + 1);
    bool is_signed = !digits.empty() && (digits[0] == '+' || digits[0] == '-');
    std::string_view bare = digits.substr(is_signed);
    if (bare.empty() || !is_digits(bare) || bare.size() > 15) {
      return std::nullopt;
    }
    exponent = std::strtoll(std::string(digits).c_str(), nullptr, 10);
    rest = rest.substr(0, e);
  }
  size_t dot = rest.find('.');
  std::string digits(rest.substr(0, dot));
  if (dot != std::string_view::npos) {
    digits += rest.substr(dot + 1);
    exponent -= static_cast<int64_t>(rest.size() - dot - 1);
  }
  if (digits.empty() || !is_digits(digits)) {
    return std::nullopt;
  }
  mpz_set_str(number.coefficient.get(), digits.c_str(), 10);
  number.exponent = exponent;
  return make(std::move(number));
}

Value decimal_from_integer(const Value& n) {
  DecimalNumber number;
  number.coefficient = to_mpz(n);
  number.is_negative = number.coefficient.sign() < 0;
  mpz_abs(number.coefficient.get(), number.coefficient.get());
  return make(std::move(number));
}

Value decimal_from_double(double d) {
  if (std::isnan(d)) {
    return make(special(DecimalNumber::Form::Nan, false));
  }
  if (std::isinf(d)) {
    return make(special(DecimalNumber::Form::Infinite, d < 0));
  }
  DecimalNumber number;
  number.is_negative = std::signbit(d);
  int exponent = 0;
  double fraction = std::frexp(std::abs(d), &exponent);
  auto mantissa = static_cast<int64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  while (mantissa != 0 && mantissa % 2 == 0 && exponent < 0) {
    mantissa /= 2;
    ++exponent;
  }
  number.coefficient = Mpz(mantissa);
  if (exponent >= 0) {
    number.coefficient = number.coefficient * Mpz::power(2, static_cast<uint64_t>(exponent));
  } else if (mantissa != 0) {
    number.coefficient = number.coefficient * Mpz::power(5, static_cast<uint64_t>(-exponent));
    number.exponent = exponent;
  }
  return make(std::move(number));
}

std::string decimal_text(const Value& x) {
  const DecimalNumber& number = number_of(x);
  std::string sign = number.is_negative ? "-" : "";
  if (number.form != DecimalNumber::Form::Finite) {
    return sign + (number.form == DecimalNumber::Form::Nan ? "NaN" : "Infinity");
  }
  std::string digits = number.coefficient.digits();
  int64_t left = number.exponent + static_cast<int64_t>(digits.size());
  if (number.exponent > 0 || left <= -6) {
    std::string text = digits.substr(0, 1);
    if (digits.size() > 1) {
      text += "." + digits.substr(1);
    }
    return sign + text + fmt::format("E{:+d}", left - 1);
  }
  if (left <= 0) {
    return sign + "0." + std::string(static_cast<size_t>(-left), '0') + digits;
  }
  if (number.exponent < 0) {
    digits.insert(static_cast<size_t>(left), ".");
  }
  return sign + digits;
}

double decimal_to_double(const Value& x) { return std::strtod(decimal_text(x).c_str(), nullptr); }

std::optional<Value> decimal_to_integer(const Value& x) {
  return decimal_to_integral(x, Rounding::Down);
}

std::optional<Value> decimal_to_integral(const Value& x, Rounding rounding) {
  DecimalNumber number = number_of(x);
  if (number.form != DecimalNumber::Form::Finite || number.exponent > 2 * kMaxExponent) {
    return std::nullopt;
  }
  drop_digits(number, -number.exponent, rounding);
  scale_up(number, 0);
  Value result = from_mpz(number.coefficient);
  return number.is_negative ? integer_negate(result) : result;
}

bool decimal_is_nan(const Value& x) { return number_of(x).form == DecimalNumber::Form::Nan; }
bool decimal_is_infinite(const Value& x) {
  return number_of(x).form == DecimalNumber::Form::Infinite;
}
bool decimal_is_zero(const Value& x) { return number_of(x).is_zero(); }
bool decimal_is_negative(const Value& x) { return number_of(x).is_negative; }

int decimal_compare(const Value& a, const Value& b) {
  DecimalNumber left = number_of(a), right = number_of(b);
  auto sign = [](const DecimalNumber& n) { return n.is_zero() ? 0 : n.is_negative ? -1 : 1; };
  if (sign(left) != sign(right) || sign(left) == 0) {
    return (sign(left) > sign(right)) - (sign(left) < sign(right));
  }
  bool is_left_infinite = left.form == DecimalNumber::Form::Infinite;
  bool is_right_infinite = right.form == DecimalNumber::Form::Infinite;
  int order = 0;
  if (is_left_infinite || is_right_infinite) {
    order = is_left_infinite - is_right_infinite;
  } else if (left.adjusted() != right.adjusted()) {
    order = left.adjusted() < right.adjusted() ? -1 : 1;
  } else {
    int64_t exponent = std::min(left.exponent, right.exponent);
    scale_up(left, exponent);
    scale_up(right, exponent);
    int result = left.coefficient.compare(right.coefficient);
    order = (result > 0) - (result < 0);
  }
  return left.is_negative ? -order : order;
}

size_t decimal_hash(const Value& x) {
  const DecimalNumber& number = number_of(x);
  if (number.form == DecimalNumber::Form::Infinite) {
    return number.is_negative ? static_cast<size_t>(-314159) : 314159;
  }
  Mpz modulus((int64_t{1} << 61) - 1), ten(10), exponent(number.exponent), unit, hash;
  // mpz_powm takes the inverse of the base for negative exponents.
  mpz_powm(unit.get(), ten.get(), exponent.get(), modulus.get());
  mpz_mul(hash.get(), unit.get(), number.coefficient.get());
  mpz_mod(hash.get(), hash.get(), modulus.get());
  uint64_t reduced = mpz_get_ui(hash.get());
  return number.is_negative ? ~reduced + 1 : reduced;
}

std::optional<Value> decimal_binary(DecimalOp op, const Value& a, const Value& b,
                                    DecimalError& error) {
  DecimalNumber left = number_of(a), right = number_of(b);
  for (const DecimalNumber* number : {&left, &right}) {
    if (number->form == DecimalNumber::Form::Nan) {
      return make(*number);
    }
  }
  switch (op) {
    case DecimalOp::Subtract:
      right.is_negative = !right.is_negative;
      return add(std::move(left), std::move(right), error);
    case DecimalOp::Add:
      return add(std::move(left), std::move(right), error);
    case DecimalOp::Multiply:
      return multiply(left, right, error);
    case DecimalOp::Divide:
      return divide(left, right, error);
    case DecimalOp::FloorDivide:
      return divide_integral(left, right, false, error);
    case DecimalOp::Modulo:
      return divide_integral(left, right, true, error);
    case DecimalOp::Power:
      return power(left, right, error);
  }
  return std::nullopt;
}

Value decimal_negate(const Value& x) {
  if (decimal_is_nan(x)) {
    return x;
  }
  DecimalNumber number = number_of(x);
  number.is_negative = !number.is_negative && !number.is_zero();
  return finish_or(std::move(number), x);
}

Value decimal_plus(const Value& x) {
  DecimalNumber number = number_of(x);
  number.is_negative = number.is_negative && !number.is_zero();
  return finish_or(std::move(number), x);
}

Value decimal_absolute(const Value& x) {
  DecimalNumber number = number_of(x);
  number.is_negative = false;
  return finish_or(std::move(number), x);
}

std::optional<Value> decimal_quantize(const Value& x, int64_t exponent, Rounding rounding) {
  DecimalNumber number = number_of(x);
  if (number.form != DecimalNumber::Form::Finite) {
    return std::nullopt;
  }
  if (number.exponent > exponent) {
    if (!number.is_zero() && number.adjusted() - exponent >= kPrecision) {
      return std::nullopt;
    }
    if (number.is_zero()) {
      number.exponent = exponent;
    }
    scale_up(number, exponent);
  } else {
    drop_digits(number, exponent - number.exponent, rounding);
  }
  if (number.coefficient.digit_count() > kPrecision) {
    return std::nullopt;
  }
  return make(std::move(number));
}

Value decimal_normalize(const Value& x) {
  DecimalNumber number = number_of(finish_or(number_of(x), x));
  if (number.is_zero()) {
    number.exponent = 0;
  }
  while (number.form == DecimalNumber::Form::Finite && !number.is_zero() &&
         mpz_divisible_ui_p(number.coefficient.get(), 10)) {
    mpz_divexact_ui(number.coefficient.get(), number.coefficient.get(), 10);
    ++number.exponent;
  }
  return make(std::move(number));
}

DecimalParts decimal_parts(const Value& x) {
  const DecimalNumber& number = number_of(x);
  return {number.is_negative, number.coefficient.digits(), number.exponent};
}

Value decimal_from_parts(const DecimalParts& parts) {
  DecimalNumber number;
  number.is_negative = parts.is_negative;
  mpz_set_str(number.coefficient.get(), parts.digits.empty() ? "0" : parts.digits.c_str(), 10);
  number.exponent = parts.exponent;
  return make(std::move(number));
}

}  // namespace weft::jinja
