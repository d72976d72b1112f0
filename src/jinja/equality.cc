// ==, hash() and bool() of values, without an interpreter.
#include "jinja/equality.h"

#include <cmath>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/datetime.h"
#include "jinja/decimal.h"
#include "jinja/value.h"

namespace weft::jinja {
namespace {

constexpr uint64_t kHashModulus = (uint64_t{1} << 61) - 1;

size_t combine(size_t seed, size_t hash) {
  return (seed ^ hash) * 0x9e3779b97f4a7c15ULL + (seed >> 29);
}

/// Python's hash of a float, so that equal numbers of all kinds hash alike.
size_t float_hash(double d) {
  if (std::isinf(d)) {
    return d > 0 ? 314159 : static_cast<size_t>(-314159);
  }
  if (std::isnan(d)) {
    return 0;
  }
  int exponent = 0;
  double fraction = std::frexp(std::abs(d), &exponent);
  uint64_t hash = 0;
  while (fraction != 0) {
    hash = ((hash << 28) & kHashModulus) | (hash >> 33);
    fraction *= 268435456.0;
    exponent -= 28;
    auto digit = static_cast<uint64_t>(fraction);
    fraction -= static_cast<double>(digit);
    hash += digit;
    if (hash >= kHashModulus) {
      hash -= kHashModulus;
    }
  }
  exponent = exponent >= 0 ? exponent % 61 : 60 - (-1 - exponent) % 61;
  hash = ((hash << exponent) & kHashModulus) | (hash >> (61 - exponent));
  return d < 0 ? ~hash + 1 : hash;
}

bool same_items(const Value& a, const Value& b) {
  if (a.size() != b.size()) {
    return false;
  }
  NestingGuard guard;
  if (guard.too_deep()) {
    return false;
  }
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (!same_or_equal(a.at(i), b.at(i))) {
      return false;
    }
  }
  return true;
}

bool same_dicts(const Value& a, const Value& b) {
  if (a.size() != b.size()) {
    return false;
  }
  NestingGuard guard;
  if (guard.too_deep()) {
    return false;
  }
  for (size_t i = 0; i < a.size(); ++i) {
    const Value* other = b.find(a.key_at(i));
    if (!other || !same_or_equal(a.value_at(i), *other)) {
      return false;
    }
  }
  return true;
}

bool same_sets(const Value& a, const Value& b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (!b.find(a.at(i))) {
      return false;
    }
  }
  return true;
}

bool same_moments(const DateTime& a, const DateTime& b) {
  if (a.utc_offset.has_value() != b.utc_offset.has_value()) {
    return false;
  }
  return utc_micros(a) == utc_micros(b);
}

size_t moment_hash(const DateTime& moment) {
  return static_cast<size_t>(utc_micros(moment)) * 0x9e3779b97f4a7c15ULL;
}

}  // namespace

std::optional<int> compare_numbers(const Value& a, const Value& b) {
  auto order = [](double x, double y) -> std::optional<int> {
    if (std::isnan(x) || std::isnan(y)) {
      return std::nullopt;
    }
    return (x > y) - (x < y);
  };
  bool is_float_a = a.kind() == Kind::Float, is_float_b = b.kind() == Kind::Float;
  if (a.kind() == Kind::Decimal || b.kind() == Kind::Decimal) {
    auto to_decimal = [](const Value& n) {
      return n.kind() == Kind::Decimal ? n
             : n.kind() == Kind::Float ? decimal_from_double(n.as_float())
                                       : decimal_from_integer(n);
    };
    Value x = to_decimal(a), y = to_decimal(b);
    if (decimal_is_nan(x) || decimal_is_nan(y)) {
      return std::nullopt;
    }
    return decimal_compare(x, y);
  }
  if (is_float_a && is_float_b) {
    return order(a.as_float(), b.as_float());
  }
  if (is_float_a) {
    return std::isnan(a.as_float()) ? std::nullopt
                                    : std::optional(-integer_compare_double(b, a.as_float()));
  }
  if (is_float_b) {
    return std::isnan(b.as_float()) ? std::nullopt
                                    : std::optional(integer_compare_double(a, b.as_float()));
  }
  return integer_compare(a, b);
}

bool same_or_equal(const Value& a, const Value& b) { return a.same_as(b) || a.equals(b); }

bool Value::equals(const Value& other) const {
  if (is_string()) {
    return other.is_string() && as_string() == other.as_string();
  }
  if (is_number()) {
    if (kind() == Kind::Int && other.kind() == Kind::Int) {
      return as_int() == other.as_int();
    }
    return other.is_number() && compare_numbers(*this, other) == 0;
  }
  if (kind() != other.kind()) {
    return false;
  }
  switch (kind()) {
    case Kind::Undefined:
      return undefined_kind(*this) == undefined_kind(other);
    case Kind::None:
      return true;
    case Kind::List:
    case Kind::Tuple:
      return cell() == other.cell() || same_items(*this, other);
    case Kind::Dict:
      return cell() == other.cell() || same_dicts(*this, other);
    case Kind::Set:
      return cell() == other.cell() || same_sets(*this, other);
    case Kind::Date:
      return to_ordinal(as_date()) == to_ordinal(other.as_date());
    case Kind::Time:
      return micros_of_day(as_time()) == micros_of_day(other.as_time());
    case Kind::DateTime:
      return same_moments(as_date_time(), other.as_date_time());
    case Kind::TimeDelta:
      return total_micros(as_time_delta()) == total_micros(other.as_time_delta());
    default: {
      NestingGuard guard;
      return !guard.too_deep() && as_object().equals(other.as_object());
    }
  }
}

size_t Value::hash() const {
  switch (kind()) {
    case Kind::Bool:
    case Kind::Int:
    case Kind::BigInt:
      return integer_hash(*this);
    case Kind::Float:
      return float_hash(as_float());
    case Kind::Decimal:
      return decimal_is_nan(*this) ? 0 : decimal_hash(*this);
    case Kind::String:
    case Kind::Markup:
      return hash_text(as_string());
    case Kind::Tuple: {
      NestingGuard guard;
      size_t hash = 0x345678;
      for (size_t i = 0; !guard.too_deep() && i < size(); ++i) {
        hash = combine(hash, at(i).hash());
      }
      return hash;
    }
    case Kind::Date:
      return static_cast<size_t>(to_ordinal(as_date()));
    case Kind::Time:
      return static_cast<size_t>(micros_of_day(as_time()));
    case Kind::DateTime:
      return moment_hash(as_date_time());
    case Kind::TimeDelta:
      return static_cast<size_t>(total_micros(as_time_delta()));
    case Kind::Object:
      return as_object().hash();
    default:
      return static_cast<size_t>(kind()) + 1;
  }
}

bool Value::is_hashable() const {
  switch (kind()) {
    case Kind::List:
    case Kind::Dict:
    case Kind::Set:
      return false;
    case Kind::Tuple: {
      NestingGuard guard;
      for (size_t i = 0; !guard.too_deep() && i < size(); ++i) {
        if (!at(i).is_hashable()) {
          return false;
        }
      }
      return true;
    }
    case Kind::Object:
      return as_object().is_hashable();
    default:
      return true;
  }
}

bool Value::truthy() const {
  switch (kind()) {
    case Kind::Undefined:
    case Kind::None:
      return false;
    case Kind::Bool:
    case Kind::Int:
      return as_int() != 0;
    case Kind::Float:
      return as_float() != 0;
    case Kind::Decimal:
      return !decimal_is_zero(*this);
    case Kind::String:
    case Kind::Markup:
      return !as_string().empty();
    case Kind::List:
    case Kind::Tuple:
    case Kind::Dict:
    case Kind::Set:
      return size() != 0;
    case Kind::TimeDelta:
      return total_micros(as_time_delta()) != 0;
    case Kind::Object:
      return as_object().truthy();
    default:
      return true;
  }
}

}  // namespace weft::jinja
