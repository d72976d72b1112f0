#include "adapter/temporal.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>

#include "adapter/python_text.h"
#include "base/unicode.h"

namespace weft::adapter {
namespace {

__extension__ using Wide = __int128;

constexpr int kDaysBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
  return kDaysBefore[month] - kDaysBefore[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

bool is_valid(const Temporal& t) {
  return t.year >= 1 && t.year <= 9999 && t.month >= 1 && t.month <= 12 && t.day >= 1 &&
         t.day <= days_in_month(t.year, t.month) && t.hour <= 23 && t.minute <= 59 &&
         t.second <= 59 && t.microsecond <= 999'999;
}

/// Days since 0001-01-01, which is day 1, as Python's toordinal().
int64_t to_ordinal(int year, int month, int day) {
  int64_t y = year - 1;
  return y * 365 + y / 4 - y / 100 + y / 400 + kDaysBefore[month - 1] +
         (month > 2 && is_leap(year) ? 1 : 0) + day;
}

std::optional<Temporal> from_ordinal(int64_t ordinal) {
  if (ordinal < 1 || ordinal > to_ordinal(9999, 12, 31))
    return std::nullopt;
  Temporal t;
  t.year = static_cast<int>((ordinal - 1) / 366 + 1);
  while (to_ordinal(t.year + 1, 1, 1) <= ordinal)
    ++t.year;
  while (t.month < 12 && to_ordinal(t.year, t.month + 1, 1) <= ordinal)
    ++t.month;
  t.day = static_cast<int>(ordinal - to_ordinal(t.year, t.month, 1)) + 1;
  return t;
}

/// Reads from the front of a text.
struct Scanner {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest[0] != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }
  /// Exactly `count` digits.
  std::optional<int> digits(size_t count) {
    if (rest.size() < count || !std::all_of(rest.begin(), rest.begin() + count, is_digit))
      return std::nullopt;
    int value = 0;
    for (char c : rest.substr(0, count))
      value = value * 10 + (c - '0');
    rest.remove_prefix(count);
    return value;
  }
  /// One or two digits that make a number in [low, high]; the second is left when it would exceed.
  std::optional<int> one_or_two(int low, int high) {
    if (rest.empty() || !is_digit(rest[0]))
      return std::nullopt;
    int value = rest[0] - '0';
    size_t length = 1;
    if (rest.size() > 1 && is_digit(rest[1]) && value * 10 + rest[1] - '0' <= high &&
        value * 10 + rest[1] - '0' >= low) {
      value = value * 10 + rest[1] - '0';
      length = 2;
    }
    if (value < low)
      return std::nullopt;
    rest.remove_prefix(length);
    return value;
  }
  bool take_spaces() {
    size_t before = rest.size();
    while (!rest.empty()) {
      size_t length = base::decode_utf8(rest, 0).length;
      if (!python_strip(rest.substr(0, length)).empty())
        break;
      rest.remove_prefix(length);
    }
    return rest.size() != before;
  }
};

bool scan_plain_date(Scanner& scanner, Temporal& t) {
  std::optional<int> year = scanner.digits(4);
  if (!year || !scanner.take('-'))
    return false;
  std::optional<int> month = scanner.one_or_two(1, 12);
  if (!month || !scanner.take('-'))
    return false;
  // strptime also takes a blank before a day of one digit.
  bool blank = scanner.take(' ');
  std::optional<int> day = scanner.one_or_two(1, blank ? 9 : 31);
  if (!day)
    return false;
  t.year = *year;
  t.month = *month;
  t.day = *day;
  return true;
}

/// The digits of other scripts count for strptime; few texts have any. `keep` holds the text if so.
std::string_view with_ascii_digits(std::string_view text, std::string& keep) {
  bool ascii = std::none_of(text.begin(), text.end(),
                            [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (ascii)
    return text;
  keep = ascii_digits(text);
  return keep;
}

std::optional<Temporal> week_date(int year, int week, int day) {
  int64_t first = to_ordinal(year, 1, 1);
  int64_t weekday = (first + 6) % 7 + 1;
  // The first of January lies in week 1 when it is a Monday to Thursday.
  return from_ordinal(first + int64_t{7} * (week - (weekday <= 4 ? 1 : 0)) - weekday + day);
}

std::optional<Temporal> iso_week(Scanner& scanner, int year, bool extended) {
  std::optional<int> week = scanner.digits(2);
  if (!week)
    return std::nullopt;
  if (scanner.rest.empty())
    return week_date(year, *week, 1);
  if (extended && !scanner.take('-'))
    return std::nullopt;
  std::optional<int> day = scanner.digits(1);
  if (!day || !scanner.rest.empty())
    return std::nullopt;
  // The library takes a day of 0 for none written, that is for Monday.
  return week_date(year, *week, *day);
}

std::optional<Temporal> checked(int year, int month, int day) {
  Temporal t;
  t.year = year;
  t.month = month == 0 ? 1 : month;
  t.day = day;
  return is_valid(t) ? std::optional(t) : std::nullopt;
}

std::optional<Temporal> parse_iso_date(std::string_view text) {
  Scanner scanner{text};
  if (text.size() == 2) {
    std::optional<int> century = scanner.digits(2);
    return century ? checked(*century * 100 + 1, 1, 1) : std::nullopt;
  }
  std::optional<int> year = scanner.digits(4);
  if (!year || *year < 1)
    return std::nullopt;
  if (scanner.rest.empty())
    return checked(*year, 1, 1);
  bool extended = scanner.take('-');
  if (scanner.take('W'))
    return iso_week(scanner, *year, extended);
  size_t left = scanner.rest.size();
  if (left == 3) {
    std::optional<int> day = scanner.digits(3);
    return day ? from_ordinal(to_ordinal(*year, 1, 1) + *day - 1) : std::nullopt;
  }
  std::optional<int> month = scanner.digits(2);
  if (!month)
    return std::nullopt;
  if (left == 2)
    return checked(*year, *month, 1);
  if (extended && !scanner.take('-'))
    return std::nullopt;
  std::optional<int> day = scanner.digits(2);
  if (!day || !scanner.rest.empty())
    return std::nullopt;
  return checked(*year, *month, *day);
}

/// A fraction of a unit in millionths of a second, and how exact: rounded down, or to even.
struct Fraction {
  /// Up to 18 digits are looked at; more change nothing that a microsecond shows.
  int64_t numerator = 0;
  int64_t denominator = 1;

  int64_t of_microseconds(int64_t unit) const {
    return static_cast<int64_t>(static_cast<Wide>(numerator) * unit / denominator);
  }
};

/// ".5" or ",5" after the last unit; false when a mark has no digits behind.
bool scan_fraction(Scanner& scanner, Fraction& fraction) {
  if (!scanner.take('.') && !scanner.take(','))
    return true;
  size_t count = 0;
  for (; !scanner.rest.empty() && is_digit(scanner.rest[0]); ++count) {
    if (count < 18) {
      fraction.numerator = fraction.numerator * 10 + (scanner.rest[0] - '0');
      fraction.denominator *= 10;
    }
    scanner.rest.remove_prefix(1);
  }
  return count > 0;
}

bool scan_offset(Scanner& scanner, Temporal& t) {
  if (scanner.rest.empty())
    return true;
  if (scanner.take('Z')) {
    t.offset_minutes = 0;
    return scanner.rest.empty();
  }
  bool negative = scanner.take('-');
  if (!negative && !scanner.take('+'))
    return false;
  std::optional<int> hours = scanner.digits(2);
  if (!hours)
    return false;
  int minutes = 0;
  if (!scanner.rest.empty()) {
    scanner.take(':');
    std::optional<int> written = scanner.digits(2);
    if (!written)
      return false;
    minutes = *written;
  }
  int total = *hours * 60 + minutes;
  t.offset_minutes = negative ? -total : total;
  return scanner.rest.empty() && total < 24 * 60;
}

void set_microseconds(Temporal& t, int64_t hours, int64_t rest) {
  t.hour = static_cast<int>(hours + rest / 3'600'000'000);
  t.minute = static_cast<int>(rest / 60'000'000 % 60);
  t.second = static_cast<int>(rest / 1'000'000 % 60);
  t.microsecond = static_cast<int>(rest % 1'000'000);
}

bool parse_iso_time(std::string_view text, Temporal& t) {
  constexpr int64_t kSecond = 1'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
  Scanner scanner{text};
  std::optional<int> hour = scanner.digits(2);
  if (!hour || *hour > 23)
    return false;
  bool extended = scanner.take(':');
  std::optional<int> minute = scanner.digits(2), second;
  if (extended && !minute)
    return false;
  if (minute && (!extended || scanner.take(':'))) {
    second = scanner.digits(2);
    if (extended && !second)
      return false;
  }
  if ((minute && *minute > 59) || (second && *second > 59))
    return false;
  Fraction fraction;
  if (!scan_fraction(scanner, fraction))
    return false;
  int64_t unit = second ? kSecond : minute ? kMinute : kHour;
  int64_t rest = minute.value_or(0) * kMinute + second.value_or(0) * kSecond;
  // Fractions of an hour are rounded to the microsecond by the library, others cut.
  if (unit == kHour) {
    rest += static_cast<int64_t>(
        (static_cast<Wide>(fraction.numerator) * unit * 2 + fraction.denominator) /
        (static_cast<Wide>(fraction.denominator) * 2));
  } else {
    rest += fraction.of_microseconds(unit);
  }
  set_microseconds(t, *hour, rest);
  return t.hour <= 23 && scan_offset(scanner, t);
}

}  // namespace

std::string Temporal::date_text() const {
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string Temporal::date_time_text() const {
  std::string out = fmt::format("{} {:02}:{:02}:{:02}", date_text(), hour, minute, second);
  if (microsecond != 0)
    out += fmt::format(".{:06}", microsecond);
  if (offset_minutes) {
    int minutes = std::abs(*offset_minutes);
    out +=
        fmt::format("{}{:02}:{:02}", *offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
  }
  return out;
}

std::optional<Temporal> parse_plain_date(std::string_view text) {
  std::string keep;
  Scanner scanner{with_ascii_digits(text, keep)};
  Temporal t;
  if (!scan_plain_date(scanner, t) || !scanner.rest.empty() || !is_valid(t))
    return std::nullopt;
  return t;
}

std::optional<Temporal> parse_plain_date_time(std::string_view text) {
  std::string keep;
  Scanner scanner{with_ascii_digits(text, keep)};
  Temporal t;
  if (!scan_plain_date(scanner, t) || !scanner.take_spaces())
    return std::nullopt;
  std::optional<int> hour = scanner.one_or_two(0, 23);
  if (!hour || !scanner.take(':'))
    return std::nullopt;
  std::optional<int> minute = scanner.one_or_two(0, 59);
  if (!minute || !scanner.take(':'))
    return std::nullopt;
  std::optional<int> second = scanner.one_or_two(0, 61);
  if (!second || !scanner.rest.empty())
    return std::nullopt;
  t.hour = *hour;
  t.minute = *minute;
  t.second = *second;
  return is_valid(t) ? std::optional(t) : std::nullopt;
}

std::optional<Temporal> parse_iso_date_time(std::string_view text) {
  size_t mark = text.find('T');
  if (mark == std::string_view::npos || text.find('T', mark + 1) != std::string_view::npos)
    return std::nullopt;
  std::optional<Temporal> t = parse_iso_date(text.substr(0, mark));
  if (!t || !parse_iso_time(text.substr(mark + 1), *t))
    return std::nullopt;
  return t;
}

}  // namespace weft::adapter
