// Mpz: GMP's integer as a C++ value. Private to the number files.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <gmp.h>

#include "jinja/value.h"

namespace weft::jinja {

class Mpz {
 public:
  Mpz() { mpz_init(number_); }
  explicit Mpz(int64_t n) { mpz_init_set_si(number_, n); }
  Mpz(const Mpz& other) { mpz_init_set(number_, other.number_); }
  Mpz(Mpz&& other) noexcept {
    mpz_init(number_);
    mpz_swap(number_, other.number_);
  }
  Mpz& operator=(Mpz other) noexcept {
    mpz_swap(number_, other.number_);
    return *this;
  }
  ~Mpz() { mpz_clear(number_); }

  mpz_ptr get() { return number_; }
  mpz_srcptr get() const { return number_; }
  int sign() const { return mpz_sgn(number_); }
  int compare(const Mpz& other) const { return mpz_cmp(number_, other.number_); }
  bool is_odd() const { return mpz_odd_p(number_) != 0; }

  friend Mpz operator+(Mpz a, const Mpz& b) {
    mpz_add(a.number_, a.number_, b.number_);
    return a;
  }
  friend Mpz operator-(Mpz a, const Mpz& b) {
    mpz_sub(a.number_, a.number_, b.number_);
    return a;
  }
  friend Mpz operator*(Mpz a, const Mpz& b) {
    mpz_mul(a.number_, a.number_, b.number_);
    return a;
  }

  static Mpz power(uint64_t base, uint64_t exponent) {
    Mpz result;
    mpz_ui_pow_ui(result.number_, base, exponent);
    return result;
  }
  /// Decimal digits of the absolute value.
  std::string digits(int base = 10) const;
  /// Number of decimal digits of the absolute value; 1 for zero.
  size_t digit_count() const;

 private:
  mpz_t number_;
};

/// An int value as Mpz.
Mpz to_mpz(const Value& integer);
/// The int value, as Int when it fits.
Value from_mpz(Mpz number);

}  // namespace weft::jinja
