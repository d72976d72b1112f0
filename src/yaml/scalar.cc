#include "yaml/scalar.h"

#include <array>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::yaml {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads a pattern from left to right; every take returns what it ate.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c || at_end())
      return false;
    ++at_;
    return true;
  }
  bool take_sign() { return take('-') || take('+'); }
  template <typename Predicate>
  std::string_view take_while(Predicate belongs, size_t most = std::string_view::npos) {
    size_t begin = at_;
    while (!at_end() && at_ - begin < most && belongs(text_[at_]))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::string_view take_digits(size_t most = std::string_view::npos) {
    return take_while(is_digit, most);
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

bool is_digit_or_gap(char c) { return is_digit(c) || c == '_'; }

std::string without_gaps(std::string_view text) { return base::replace_all(text, "_", ""); }

bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<bool> bool_word(std::string_view text) {
  for (std::string_view word : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}) {
    if (text == word)
      return true;
  }
  for (std::string_view word : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}) {
    if (text == word)
      return false;
  }
  return std::nullopt;
}

/// `:MM` groups, as in 12:30:00; false when there is none or one is above 59.
bool take_sixties(Cursor& cursor) {
  bool any = false;
  while (cursor.take(':')) {
    std::string_view part = cursor.take_digits(3);
    if (part.empty() || part.size() > 2 || (part.size() == 2 && part[0] > '5'))
      return false;
    any = true;
  }
  return any;
}

enum class Base : int { Binary = 2, Octal = 8, Decimal = 10, Hex = 16, Sixty = 60 };

/// The base of an integer literal, or nothing when the text is no integer.
std::optional<Base> integer_base(std::string_view text) {
  Cursor cursor(text);
  cursor.take_sign();
  if (cursor.take('0')) {
    if (cursor.at_end())
      return Base::Decimal;
    if (cursor.take('b')) {
      auto digits = cursor.take_while([](char c) { return c == '0' || c == '1' || c == '_'; });
      return cursor.at_end() && !digits.empty() ? std::optional(Base::Binary) : std::nullopt;
    }
    if (cursor.take('x')) {
      auto digits = cursor.take_while([](char c) {
        return is_digit_or_gap(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      });
      return cursor.at_end() && !digits.empty() ? std::optional(Base::Hex) : std::nullopt;
    }
    cursor.take_while([](char c) { return (c >= '0' && c <= '7') || c == '_'; });
    return cursor.at_end() ? std::optional(Base::Octal) : std::nullopt;
  }
  if (!is_digit(cursor.peek()))
    return std::nullopt;
  cursor.take_while(is_digit_or_gap);
  if (cursor.at_end())
    return Base::Decimal;
  return take_sixties(cursor) && cursor.at_end() ? std::optional(Base::Sixty) : std::nullopt;
}

int digit_value(char c) {
  if (is_digit(c))
    return c - '0';
  return (c >= 'a' ? c - 'a' : c - 'A') + 10;
}

/// Nothing for numbers beyond 64 bits and for literals without a digit, like 0x_.
std::optional<int64_t> integer_value(std::string_view text, Base base) {
  std::string clean = without_gaps(text);
  std::string_view digits = clean;
  bool negative = digits[0] == '-';
  if (negative || digits[0] == '+')
    digits.remove_prefix(1);
  if (base == Base::Binary || base == Base::Hex)
    digits.remove_prefix(2);
  if (digits.empty())
    return std::nullopt;
  int64_t total = 0;
  auto shift_in = [&](int64_t factor, int64_t digit) {
    return !__builtin_mul_overflow(total, factor, &total) &&
           !__builtin_sub_overflow(total, digit, &total);
  };
  // The sum is kept negative, where one more number fits.
  if (base == Base::Sixty) {
    for (std::string_view part : base::split(digits, ':')) {
      auto value = base::parse_int(part);
      if (!value || !shift_in(60, *value))
        return std::nullopt;
    }
  } else {
    for (char c : digits) {
      if (!shift_in(static_cast<int>(base), digit_value(c)))
        return std::nullopt;
    }
  }
  if (negative)
    return total;
  if (total == INT64_MIN)
    return std::nullopt;
  return -total;
}

std::optional<double> special_float(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN")
    return std::nan("");
  double sign = text[0] == '-' ? -1.0 : 1.0;
  if (text[0] == '-' || text[0] == '+')
    text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF")
    return sign * HUGE_VAL;
  return std::nullopt;
}

/// True for the shapes 1.5, 1_000., .5e+3 and 1:30.5; an exponent needs its sign.
bool is_float_literal(std::string_view text, bool& is_sixty) {
  Cursor cursor(text);
  bool has_sign = cursor.take_sign();
  is_sixty = false;
  if (is_digit(cursor.peek())) {
    cursor.take_while(is_digit_or_gap);
    if (cursor.peek() == ':') {
      is_sixty = true;
      if (!take_sixties(cursor))
        return false;
    }
    if (!cursor.take('.'))
      return false;
    cursor.take_while(is_digit_or_gap);
    if (is_sixty)
      return cursor.at_end();
  } else {
    if (has_sign || !cursor.take('.') || !is_digit(cursor.peek()))
      return false;
    cursor.take_while(is_digit_or_gap);
  }
  if (cursor.at_end())
    return true;
  if (!cursor.take('e') && !cursor.take('E'))
    return false;
  return cursor.take_sign() && !cursor.take_digits().empty() && cursor.at_end();
}

std::optional<double> float_value(std::string_view text) {
  if (auto special = special_float(text))
    return special;
  bool is_sixty = false;
  if (!is_float_literal(text, is_sixty))
    return std::nullopt;
  std::string clean = without_gaps(text);
  std::string_view digits = clean;
  double sign = digits[0] == '-' ? -1.0 : 1.0;
  if (digits[0] == '-' || digits[0] == '+')
    digits.remove_prefix(1);
  double total = 0;
  for (std::string_view part : base::split(digits, ':')) {
    // "1." and ".5" are fine for Python, and for from_chars.
    auto value = base::parse_float(part);
    if (!value)
      return std::nullopt;
    total = total * 60 + *value;
  }
  return sign * total;
}

struct Timestamp {
  int year = 0, month = 0, day = 0;
  bool has_time = false;
  int hour = 0, minute = 0, second = 0, microsecond = 0;
  bool has_zone = false;
  int zone_minutes = 0;
};

int number_of(std::string_view digits) {
  int value = 0;
  for (char c : digits)
    value = value * 10 + (c - '0');
  return value;
}

bool take_zone(Cursor& cursor, Timestamp& t) {
  cursor.take_while([](char c) { return c == ' ' || c == '\t'; });
  if (cursor.at_end())
    return false;
  t.has_zone = true;
  if (cursor.take('Z'))
    return cursor.at_end();
  bool is_west = cursor.peek() == '-';
  if (!cursor.take_sign())
    return false;
  std::string_view hours = cursor.take_digits(2), minutes;
  if (hours.empty())
    return false;
  if (cursor.take(':')) {
    minutes = cursor.take_digits(2);
    if (minutes.size() != 2)
      return false;
  }
  t.zone_minutes = (number_of(hours) * 60 + number_of(minutes)) * (is_west ? -1 : 1);
  return cursor.at_end();
}

bool take_time(Cursor& cursor, Timestamp& t) {
  std::string_view hour = cursor.take_digits(2);
  if (hour.empty() || !cursor.take(':'))
    return false;
  std::string_view minute = cursor.take_digits(2);
  if (minute.size() != 2 || !cursor.take(':'))
    return false;
  std::string_view second = cursor.take_digits(2);
  if (second.size() != 2)
    return false;
  t.has_time = true;
  t.hour = number_of(hour);
  t.minute = number_of(minute);
  t.second = number_of(second);
  if (cursor.take('.')) {
    std::string fraction(cursor.take_digits().substr(0, 6));
    fraction.resize(6, '0');
    t.microsecond = number_of(fraction);
  }
  return cursor.at_end() || take_zone(cursor, t);
}

/// Nothing when the text does not have the shape of a timestamp.
std::optional<Timestamp> read_timestamp(std::string_view text) {
  Cursor cursor(text);
  std::string_view year = cursor.take_digits(4);
  if (year.size() != 4 || !cursor.take('-'))
    return std::nullopt;
  std::string_view month = cursor.take_digits(2);
  if (month.empty() || !cursor.take('-'))
    return std::nullopt;
  std::string_view day = cursor.take_digits(2);
  if (day.empty())
    return std::nullopt;
  Timestamp t;
  t.year = number_of(year);
  t.month = number_of(month);
  t.day = number_of(day);
  if (cursor.at_end())
    return month.size() == 2 && day.size() == 2 ? std::optional(t) : std::nullopt;
  if (!cursor.take('T') && !cursor.take('t') &&
      cursor.take_while([](char c) { return c == ' ' || c == '\t'; }).empty())
    return std::nullopt;
  return take_time(cursor, t) ? std::optional(t) : std::nullopt;
}

bool exists(const Timestamp& t) {
  using namespace std::chrono;
  year_month_day date{year(t.year), month(static_cast<unsigned>(t.month)),
                      day(static_cast<unsigned>(t.day))};
  return date.ok() && t.year > 0 && t.hour < 24 && t.minute < 60 && t.second < 60 &&
         std::abs(t.zone_minutes) < 24 * 60;
}

}  // namespace

bool type_plain(std::string_view text, Node& node) {
  node.kind = Kind::String;
  if (is_null_word(text)) {
    node.kind = Kind::Null;
    return true;
  }
  char first = text[0];
  if (!is_digit(first) && first != '-' && first != '+' && first != '.') {
    if (text.size() <= 5) {
      if (auto word = bool_word(text)) {
        node.kind = Kind::Bool;
        node.bool_value = *word;
      }
    }
    return true;
  }
  if (auto base = integer_base(text)) {
    if (auto value = integer_value(text, *base)) {
      node.kind = Kind::Int;
      node.int_value = *value;
    }
    return true;
  }
  if (auto value = float_value(text)) {
    node.kind = Kind::Float;
    node.float_value = *value;
    return true;
  }
  if (auto timestamp = read_timestamp(text)) {
    node.kind = Kind::Timestamp;
    return exists(*timestamp);
  }
  return true;
}

bool is_plain_string(std::string_view text) {
  return !is_null_word(text) && !bool_word(text) && text != "=" && text != "<<" &&
         !integer_base(text) && !float_value(text) && !read_timestamp(text);
}

std::optional<std::string> timestamp_text(std::string_view text) {
  auto t = read_timestamp(text);
  if (!t || !exists(*t))
    return std::nullopt;
  std::string out = fmt::format("{:04}-{:02}-{:02}", t->year, t->month, t->day);
  if (!t->has_time)
    return out;
  out += fmt::format(" {:02}:{:02}:{:02}", t->hour, t->minute, t->second);
  if (t->microsecond != 0)
    out += fmt::format(".{:06}", t->microsecond);
  if (t->has_zone) {
    int minutes = std::abs(t->zone_minutes);
    out +=
        fmt::format("{}{:02}:{:02}", t->zone_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
  }
  return out;
}

std::string scalar_str(const Node& node) {
  switch (node.kind) {
    case Kind::Null:
      return "None";
    case Kind::Bool:
      return node.bool_value ? "True" : "False";
    case Kind::Int:
      return std::to_string(node.int_value);
    case Kind::Float:
      return base::format_float(node.float_value);
    case Kind::Timestamp:
      return timestamp_text(node.text).value_or(node.text);
    default:
      return node.text;
  }
}

}  // namespace weft::yaml
