// x ** y as exp(y * ln x), in fixed-point integers with 80 digits behind the point.
//
// exp halves its argument until the Taylor series is short and squares back; ln is found from exp
// by Halley's iteration, which triples the digits of a first guess in double precision each time.
#include <cmath>

#include "jinja/decimal_number.h"

namespace weft::jinja {
namespace {

constexpr uint64_t kPlaces = 80;
constexpr int kHalvings = 16;

const Mpz& one() {
  static const Mpz value = Mpz::power(10, kPlaces);
  return value;
}

Mpz times(const Mpz& a, const Mpz& b) {
  Mpz product = a * b;
  mpz_fdiv_q(product.get(), product.get(), one().get());
  return product;
}

Mpz over(const Mpz& a, const Mpz& b) {
  Mpz quotient = a * one();
  mpz_fdiv_q(quotient.get(), quotient.get(), b.get());
  return quotient;
}

Mpz exponential(const Mpz& x) {
  Mpz small = x, sum = one(), term = one();
  mpz_fdiv_q_2exp(small.get(), small.get(), kHalvings);
  for (uint64_t i = 1; term.sign() != 0 && i < 200; ++i) {
    term = times(term, small);
    mpz_tdiv_q_ui(term.get(), term.get(), i);
    sum = sum + term;
  }
  for (int i = 0; i < kHalvings; ++i) {
    sum = times(sum, sum);
  }
  return sum;
}

/// ln of a number from 0.1 to 10.
Mpz logarithm(const Mpz& x) {
  double guess = std::log(mpz_get_d(over(x, one()).get()) / mpz_get_d(one().get()));
  Mpz result;
  mpz_set_d(result.get(), std::ldexp(guess, 60));
  result = result * one();
  mpz_fdiv_q_2exp(result.get(), result.get(), 60);
  for (int i = 0; i < 3; ++i) {
    Mpz e = exponential(result);
    Mpz step = over(x - e, x + e);
    result = result + step + step;
  }
  return result;
}

}  // namespace

std::optional<DecimalNumber> power_by_logarithm(const DecimalNumber& base,
                                                const DecimalNumber& exponent, int64_t digits) {
  int64_t adjusted = base.adjusted();
  if (exponent.adjusted() > 7) {
    return std::nullopt;
  }
  // The first digit of the base stands before the point.
  Mpz mantissa = base.coefficient * one();
  mpz_fdiv_q(mantissa.get(), mantissa.get(),
             Mpz::power(10, static_cast<uint64_t>(adjusted - base.exponent)).get());
  static const Mpz ln_ten = logarithm(Mpz(10) * one());
  Mpz ln = logarithm(mantissa) + ln_ten * Mpz(adjusted);
  Mpz product = ln * exponent.coefficient;
  if (exponent.exponent < 0) {
    Mpz unit = Mpz::power(10, static_cast<uint64_t>(-exponent.exponent));
    mpz_fdiv_q(product.get(), product.get(), unit.get());
  } else {
    product = product * Mpz::power(10, static_cast<uint64_t>(exponent.exponent));
  }
  if (exponent.is_negative) {
    mpz_neg(product.get(), product.get());
  }
  Mpz tens, rest;
  mpz_fdiv_qr(tens.get(), rest.get(), product.get(), ln_ten.get());
  DecimalNumber result;
  result.coefficient = exponential(rest);
  result.exponent = mpz_get_si(tens.get()) - static_cast<int64_t>(kPlaces);
  // The last digits of the series are noise, so they are cut before the caller rounds.
  int64_t surplus = static_cast<int64_t>(result.coefficient.digit_count()) - digits - 10;
  if (surplus > 0) {
    Mpz unit = Mpz::power(10, static_cast<uint64_t>(surplus)), half;
    mpz_fdiv_q_2exp(half.get(), unit.get(), 1);
    result.coefficient = result.coefficient + half;
    mpz_fdiv_q(result.coefficient.get(), result.coefficient.get(), unit.get());
    result.exponent += surplus;
  }
  return result;
}

}  // namespace weft::jinja
