#include "jinja/big_int.h"

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "jinja/cells.h"
#include "jinja/mpz.h"

namespace weft::jinja {
namespace {

using BigCell = BoxCell<Mpz>;
constexpr uint64_t kHashModulus = (uint64_t{1} << 61) - 1;

bool is_small(const Value& n) { return n.kind() != Kind::BigInt; }

int sign_of(int n) { return (n > 0) - (n < 0); }

}  // namespace

std::string Mpz::digits(int base) const {
  std::string text(mpz_sizeinbase(number_, base) + 2, '\0');
  mpz_get_str(text.data(), base, number_);
  text.resize(text.find('\0'));
  if (text[0] == '-') {
    text.erase(0, 1);
  }
  return text;
}

size_t Mpz::digit_count() const {
  // mpz_sizeinbase may be one too large for bases that are no power of two.
  size_t guess = mpz_sizeinbase(number_, 10);
  if (guess <= 1) {
    return 1;
  }
  return mpz_cmpabs(number_, power(10, guess - 1).number_) < 0 ? guess - 1 : guess;
}

Mpz to_mpz(const Value& integer) {
  return is_small(integer) ? Mpz(integer.as_int()) : ValueAccess::as<BigCell>(integer).value;
}

Value from_mpz(Mpz number) {
  if (mpz_fits_slong_p(number.get())) {
    return Value::integer(mpz_get_si(number.get()));
  }
  auto* cell = new BigCell();
  cell->value = std::move(number);
  return ValueAccess::make(Kind::BigInt, cell);
}

void destroy_big_int(HeapCell* cell) { delete static_cast<BigCell*>(cell); }

Value integer_from_digits(std::string_view digits) {
  Mpz number;
  mpz_set_str(number.get(), std::string(digits).c_str(), 10);
  return from_mpz(std::move(number));
}

std::optional<Value> parse_integer(std::string_view digits, int base) {
  if (digits.empty()) {
    return std::nullopt;
  }
  for (char c : digits) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'z' ? c - 'a' + 10
                : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                                       : 99;
    if (digit >= base) {
      return std::nullopt;
    }
  }
  Mpz number;
  mpz_set_str(number.get(), std::string(digits).c_str(), base);
  return from_mpz(std::move(number));
}

std::string integer_digits(const Value& n, int base) {
  if (is_small(n) && base == 10) {
    return std::to_string(n.as_int());
  }
  Mpz number = to_mpz(n);
  std::string text = number.digits(base);
  return number.sign() < 0 ? "-" + text : text;
}

Value integer_from_double(double d) {
  if (std::abs(d) < 9.2e18) {
    return Value::integer(static_cast<int64_t>(d));
  }
  Mpz number;
  mpz_set_d(number.get(), d);
  return from_mpz(std::move(number));
}

double integer_to_double(const Value& n) {
  if (is_small(n)) {
    return static_cast<double>(n.as_int());
  }
  return integer_true_divide(n, Value::integer(1))
      .value_or(integer_sign(n) * std::numeric_limits<double>::infinity());
}

std::optional<int64_t> integer_to_int64(const Value& n) {
  return is_small(n) ? std::optional(n.as_int()) : std::nullopt;
}

int integer_sign(const Value& n) {
  return is_small(n) ? (n.as_int() > 0) - (n.as_int() < 0)
                     : ValueAccess::as<BigCell>(n).value.sign();
}

size_t integer_bits(const Value& n) {
  return integer_sign(n) == 0 ? 0 : mpz_sizeinbase(to_mpz(n).get(), 2);
}

size_t integer_ones(const Value& n) {
  Mpz number = to_mpz(n);
  mpz_abs(number.get(), number.get());
  return mpz_popcount(number.get());
}

int integer_compare(const Value& a, const Value& b) {
  if (is_small(a) && is_small(b)) {
    return (a.as_int() > b.as_int()) - (a.as_int() < b.as_int());
  }
  return sign_of(to_mpz(a).compare(to_mpz(b)));
}

int integer_compare_double(const Value& a, double b) {
  if (std::isinf(b)) {
    return b > 0 ? -1 : 1;
  }
  return sign_of(mpz_cmp_d(to_mpz(a).get(), b));
}

size_t integer_hash(const Value& n) {
  if (is_small(n)) {
    uint64_t magnitude =
        n.as_int() < 0 ? ~static_cast<uint64_t>(n.as_int()) + 1 : static_cast<uint64_t>(n.as_int());
    uint64_t reduced = magnitude % kHashModulus;
    return n.as_int() < 0 ? ~reduced + 1 : reduced;
  }
  Mpz number = to_mpz(n);
  uint64_t reduced = mpz_tdiv_ui(number.get(), kHashModulus);
  return number.sign() < 0 ? ~reduced + 1 : reduced;
}

Value integer_add(const Value& a, const Value& b) {
  int64_t sum;
  if (is_small(a) && is_small(b) && !__builtin_add_overflow(a.as_int(), b.as_int(), &sum)) {
    return Value::integer(sum);
  }
  return from_mpz(to_mpz(a) + to_mpz(b));
}

Value integer_subtract(const Value& a, const Value& b) {
  int64_t difference;
  if (is_small(a) && is_small(b) && !__builtin_sub_overflow(a.as_int(), b.as_int(), &difference)) {
    return Value::integer(difference);
  }
  return from_mpz(to_mpz(a) - to_mpz(b));
}

Value integer_multiply(const Value& a, const Value& b) {
  int64_t product;
  if (is_small(a) && is_small(b) && !__builtin_mul_overflow(a.as_int(), b.as_int(), &product)) {
    return Value::integer(product);
  }
  return from_mpz(to_mpz(a) * to_mpz(b));
}

Value integer_negate(const Value& n) { return integer_subtract(Value::integer(0), n); }

Value integer_absolute(const Value& n) {
  return integer_sign(n) < 0 ? integer_negate(n) : integer_add(n, Value::integer(0));
}

Value integer_floor_divide(const Value& a, const Value& b) {
  if (is_small(a) && is_small(b) && !(b.as_int() == -1)) {
    int64_t quotient = a.as_int() / b.as_int();
    bool is_inexact = quotient * b.as_int() != a.as_int();
    return Value::integer(quotient - (is_inexact && (a.as_int() < 0) != (b.as_int() < 0)));
  }
  Mpz quotient;
  mpz_fdiv_q(quotient.get(), to_mpz(a).get(), to_mpz(b).get());
  return from_mpz(std::move(quotient));
}

Value integer_modulo(const Value& a, const Value& b) {
  if (is_small(a) && is_small(b)) {
    if (b.as_int() == -1) {
      return Value::integer(0);
    }
    int64_t rest = a.as_int() % b.as_int();
    return Value::integer(rest != 0 && (rest < 0) != (b.as_int() < 0) ? rest + b.as_int() : rest);
  }
  Mpz rest;
  mpz_fdiv_r(rest.get(), to_mpz(a).get(), to_mpz(b).get());
  return from_mpz(std::move(rest));
}

std::optional<double> integer_true_divide(const Value& a, const Value& b) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (is_small(a) && is_small(b) && std::abs(a.as_int() / 2) < kExact / 2 &&
      std::abs(b.as_int() / 2) < kExact / 2) {
    return static_cast<double>(a.as_int()) / static_cast<double>(b.as_int());
  }
  Mpz numerator = to_mpz(a), denominator = to_mpz(b);
  int sign = numerator.sign() * denominator.sign();
  if (sign == 0) {
    return denominator.sign() < 0 ? -0.0 : 0.0;
  }
  mpz_abs(numerator.get(), numerator.get());
  mpz_abs(denominator.get(), denominator.get());
  auto bits = [](const Mpz& n) { return static_cast<int64_t>(mpz_sizeinbase(n.get(), 2)); };
  // Scaled so that the quotient has 55 or 56 bits and a sticky last bit; subnormals keep fewer.
  int64_t shift = bits(numerator) - bits(denominator) - 55;
  if (shift > 1100) {
    return std::nullopt;
  }
  shift = std::max<int64_t>(shift, -1076);
  if (shift > 0) {
    mpz_mul_2exp(denominator.get(), denominator.get(), static_cast<mp_bitcnt_t>(shift));
  } else {
    mpz_mul_2exp(numerator.get(), numerator.get(), static_cast<mp_bitcnt_t>(-shift));
  }
  Mpz quotient, rest;
  mpz_tdiv_qr(quotient.get(), rest.get(), numerator.get(), denominator.get());
  auto mantissa = static_cast<uint64_t>(mpz_get_ui(quotient.get()));
  int64_t drop =
      std::max<int64_t>(static_cast<int64_t>(std::bit_width(mantissa)) - 53, -1074 - shift);
  bool is_sticky = rest.sign() != 0;
  if (drop > 0) {
    if (drop > 60) {
      return sign < 0 ? -0.0 : 0.0;
    }
    uint64_t half = uint64_t{1} << (drop - 1);
    uint64_t low = mantissa & ((half << 1) - 1);
    mantissa >>= drop;
    mantissa += low > half || (low == half && (is_sticky || (mantissa & 1)));
    shift += drop;
  }
  double result = std::ldexp(static_cast<double>(mantissa), static_cast<int>(shift));
  return std::isinf(result) ? std::nullopt : std::optional(sign * result);
}

Value integer_power(const Value& base, uint64_t exponent) {
  Mpz result;
  mpz_pow_ui(result.get(), to_mpz(base).get(), exponent);
  return from_mpz(std::move(result));
}

Value integer_power_of_ten(uint64_t exponent) { return from_mpz(Mpz::power(10, exponent)); }

Value integer_round(const Value& n, uint64_t digits) {
  Mpz number = to_mpz(n), unit = Mpz::power(10, digits), quotient, rest;
  mpz_fdiv_qr(quotient.get(), rest.get(), number.get(), unit.get());
  int side = (rest + rest).compare(unit);
  if (side > 0 || (side == 0 && quotient.is_odd())) {
    quotient = quotient + Mpz(1);
  }
  return from_mpz(quotient * unit);
}

}  // namespace weft::jinja
