#include "jinja/float_text.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace weft::jinja {
namespace {

/// As std::to_chars into a string of the size it needs.
std::string to_text(double d, std::chars_format format, int precision) {
  std::string text(static_cast<size_t>(precision) + 350, '\0');
  auto end = std::to_chars(text.data(), text.data() + text.size(), d, format, precision).ptr;
  text.resize(static_cast<size_t>(end - text.data()));
  return text;
}

/// A point behind the mantissa when it has none.
void add_point(std::string& text) {
  if (text.find('.') == std::string::npos) {
    text.insert(std::min(text.find('e'), text.size()), ".");
  }
}

}  // namespace

std::string float_repr(double d) {
  if (std::isnan(d)) {
    return "nan";
  }
  if (std::isinf(d)) {
    return d < 0 ? "-inf" : "inf";
  }
  if (d == 0) {
    return std::signbit(d) ? "-0.0" : "0.0";
  }
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<size_t>(end - buffer));
  size_t e = text.find('e');
  int exponent = 0;
  std::string_view power = text.substr(e + 1);
  std::from_chars(power.data() + (power[0] == '+'), power.data() + power.size(), exponent);
  if (exponent < -4 || exponent >= 16) {
    return std::string(text);
  }
  std::string sign = d < 0 ? "-" : "", digits;
  for (char c : text.substr(0, e)) {
    if (c >= '0' && c <= '9') {
      digits += c;
    }
  }
  if (exponent < 0) {
    return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  }
  auto left = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= left) {
    return sign + digits + std::string(left - digits.size(), '0') + ".0";
  }
  return sign + digits.insert(left, ".");
}

std::optional<double> parse_float_text(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  std::string lower;
  for (char c : text) {
    lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  double d = 0;
  if (lower == "inf" || lower == "infinity") {
    d = std::numeric_limits<double>::infinity();
  } else if (lower == "nan") {
    d = std::numeric_limits<double>::quiet_NaN();
  } else {
    if (lower.empty() || !((lower[0] >= '0' && lower[0] <= '9') || lower[0] == '.')) {
      return std::nullopt;
    }
    auto [end, failure] = std::from_chars(lower.data(), lower.data() + lower.size(), d);
    if (end != lower.data() + lower.size() || failure == std::errc::invalid_argument) {
      return std::nullopt;
    }
    if (failure == std::errc::result_out_of_range) {
      // from_chars leaves the value alone; strtod tells zero from infinity.
      d = std::strtod(lower.c_str(), nullptr);
    }
  }
  return negative ? -d : d;
}

std::string float_fixed(double d, int precision, bool alternate) {
  std::string text = to_text(std::abs(d), std::chars_format::fixed, precision);
  if (alternate) {
    add_point(text);
  }
  return text;
}

std::string float_scientific(double d, int precision, bool alternate) {
  std::string text = to_text(std::abs(d), std::chars_format::scientific, precision);
  if (alternate) {
    add_point(text);
  }
  return text;
}

std::string float_general(double d, int precision, bool alternate) {
  precision = precision == 0 ? 1 : precision;
  if (!alternate) {
    return to_text(std::abs(d), std::chars_format::general, precision);
  }
  std::string text = to_text(std::abs(d), std::chars_format::scientific, precision - 1);
  int exponent = std::stoi(text.substr(text.find('e') + 1));
  if (exponent >= -4 && exponent < precision) {
    text = to_text(std::abs(d), std::chars_format::fixed, precision - 1 - exponent);
  }
  add_point(text);
  return text;
}

double round_float(double d, int digits) {
  if (!std::isfinite(d) || digits > 323) {
    return d;
  }
  if (digits < -308) {
    return std::copysign(0.0, d);
  }
  if (digits >= 0) {
    std::string text = to_text(d, std::chars_format::fixed, digits);
    return std::strtod(text.c_str(), nullptr);
  }
  // Exact decimal digits of the value, cut before the point.
  std::string text = to_text(std::abs(d), std::chars_format::fixed, 0);
  bool has_fraction = std::floor(std::abs(d)) != std::abs(d);
  if (has_fraction) {
    text = to_text(std::floor(std::abs(d)), std::chars_format::fixed, 0);
  }
  auto cut = static_cast<size_t>(-digits);
  if (text.size() < cut) {
    return std::copysign(0.0, d);
  }
  std::string kept = text.substr(0, text.size() - cut), lost = text.substr(text.size() - cut);
  std::string half = "5" + std::string(cut - 1, '0');
  bool is_odd = !kept.empty() && (kept.back() - '0') % 2 == 1;
  bool up = lost > half || (lost == half && (has_fraction || is_odd));
  double unit = std::strtod(("1e" + std::to_string(cut)).c_str(), nullptr);
  double base = std::strtod((kept.empty() ? "0" : kept + std::string(cut, '0')).c_str(), nullptr);
  return std::copysign(up ? base + unit : base, d);
}

}  // namespace weft::jinja
