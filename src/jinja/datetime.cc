#include "jinja/datetime.h"

#include <chrono>

#include <fmt/format.h>

namespace weft::jinja {
namespace {

// Ordinal 1 is 0001-01-01; chrono counts from 1970-01-01, which is this ordinal.
constexpr int64_t kEpochOrdinal = 719163;
constexpr int64_t kLastOrdinal = 3652059;
constexpr int64_t kMaxDeltaDays = 999999999;

std::chrono::year_month_day to_chrono(const Date& date) {
  return {std::chrono::year(date.year), std::chrono::month(static_cast<unsigned>(date.month)),
          std::chrono::day(static_cast<unsigned>(date.day))};
}

/// Reads `count` digits; -1 when there are not as many.
int take_digits(std::string_view& text, size_t count) {
  if (text.size() < count) {
    return -1;
  }
  int number = 0;
  for (char c : text.substr(0, count)) {
    if (c < '0' || c > '9') {
      return -1;
    }
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

/// hh[:mm[:ss[.ffffff]]] or the same without colons.
std::optional<Time> take_clock(std::string_view& text) {
  Time time;
  time.hour = take_digits(text, 2);
  bool colon = !text.empty() && text[0] == ':';
  auto more = [&] {
    return colon ? take(text, ':') : !text.empty() && text[0] >= '0' && text[0] <= '9';
  };
  if (time.hour >= 0 && more()) {
    time.minute = take_digits(text, 2);
    if (time.minute >= 0 && more()) {
      time.second = take_digits(text, 2);
      if (time.second >= 0 && (take(text, '.') || take(text, ','))) {
        int scale = 100000, digits = 0;
        for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1)) {
          time.microsecond += (text[0] - '0') * scale;
          scale /= 10;
          ++digits;
        }
        if (digits == 0) {
          return std::nullopt;
        }
      }
    }
  }
  return is_valid_time(time) ? std::optional(time) : std::nullopt;
}

std::optional<Date> take_iso_week(int year, std::string_view& text, bool dash) {
  int week = take_digits(text, 2);
  int day = 1;
  if (!text.empty() && text[0] != 'T' && text[0] != ' ') {
    if (dash && !take(text, '-')) {
      return std::nullopt;
    }
    day = take_digits(text, 1);
  }
  if (year < 1 || week < 1 || week > 53 || day < 1 || day > 7) {
    return std::nullopt;
  }
  int64_t fourth = to_ordinal({year, 1, 4});
  int64_t monday = fourth - weekday({year, 1, 4});
  std::optional<Date> date = from_ordinal(monday + (week - 1) * 7 + day - 1);
  if (!date || iso_week(*date).week != week) {
    return std::nullopt;
  }
  return date;
}

std::optional<Date> take_date(std::string_view& text) {
  Date date;
  date.year = take_digits(text, 4);
  bool dash = take(text, '-');
  if (take(text, 'W')) {
    return take_iso_week(date.year, text, dash);
  }
  date.month = take_digits(text, 2);
  if (dash && !take(text, '-')) {
    return std::nullopt;
  }
  date.day = take_digits(text, 2);
  return is_valid_date(date) ? std::optional(date) : std::nullopt;
}

std::string micro_text(int64_t micros) { return micros ? fmt::format(".{:06d}", micros) : ""; }

/// The arguments of a repr: trailing zero seconds and microseconds are left out.
std::string clock_arguments(const Time& time) {
  std::string text = fmt::format("{}, {}", time.hour, time.minute);
  if (time.second || time.microsecond) {
    text += fmt::format(", {}", time.second);
  }
  if (time.microsecond) {
    text += fmt::format(", {}", time.microsecond);
  }
  return text;
}

}  // namespace

int64_t to_ordinal(const Date& date) {
  return std::chrono::sys_days(to_chrono(date)).time_since_epoch().count() + kEpochOrdinal;
}

std::optional<Date> from_ordinal(int64_t ordinal) {
  if (ordinal < 1 || ordinal > kLastOrdinal) {
    return std::nullopt;
  }
  std::chrono::year_month_day day{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(ordinal - kEpochOrdinal)))};
  return Date{int(day.year()), static_cast<int>(unsigned(day.month())),
              static_cast<int>(unsigned(day.day()))};
}

bool is_leap_year(int year) { return std::chrono::year(year).is_leap(); }

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

bool is_valid_date(const Date& date) {
  return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 &&
         date.day >= 1 && date.day <= days_in_month(date.year, date.month);
}

bool is_valid_time(const Time& time) {
  return time.hour >= 0 && time.hour < 24 && time.minute >= 0 && time.minute < 60 &&
         time.second >= 0 && time.second < 60 && time.microsecond >= 0 &&
         time.microsecond < kMicrosPerSecond;
}

int weekday(const Date& date) { return static_cast<int>((to_ordinal(date) + 6) % 7); }

int day_of_year(const Date& date) {
  return static_cast<int>(to_ordinal(date) - to_ordinal({date.year, 1, 1}) + 1);
}

IsoWeek iso_week(const Date& date) {
  int day = weekday(date);
  // The week belongs to the year of its Thursday, which may be year 0 or 10000.
  int64_t thursday = to_ordinal(date) + 3 - day;
  int year = date.year;
  int64_t first = to_ordinal({year, 1, 1});
  if (thursday < first) {
    --year;
    first -= is_leap_year(year) ? 366 : 365;
  } else if (thursday >= first + (is_leap_year(year) ? 366 : 365)) {
    first += is_leap_year(year) ? 366 : 365;
    ++year;
  }
  return {year, static_cast<int>((thursday - first) / 7) + 1, day + 1};
}

int64_t micros_of_day(const Time& time) {
  return ((time.hour * int64_t{60} + time.minute) * 60 + time.second) * kMicrosPerSecond +
         time.microsecond;
}

Time time_from_micros(int64_t micros) {
  int64_t seconds = micros / kMicrosPerSecond;
  return {static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
          static_cast<int>(seconds % 60), static_cast<int>(micros % kMicrosPerSecond)};
}

int64_t local_micros(const DateTime& moment) {
  return to_ordinal(moment.date) * kMicrosPerDay + micros_of_day(moment.time);
}

std::optional<DateTime> with_local_micros(const DateTime& moment, int64_t micros) {
  if (micros < 0) {
    return std::nullopt;
  }
  std::optional<Date> date = from_ordinal(micros / kMicrosPerDay);
  if (!date) {
    return std::nullopt;
  }
  DateTime result = moment;
  result.date = *date;
  result.time = time_from_micros(micros % kMicrosPerDay);
  return result;
}

int64_t utc_micros(const DateTime& moment) {
  return local_micros(moment) - moment.utc_offset.value_or(0) * kMicrosPerSecond;
}

std::optional<TimeDelta> make_delta(int64_t days, Int128 microseconds) {
  Int128 carry = microseconds / kMicrosPerDay;
  if (microseconds % kMicrosPerDay < 0) {
    --carry;
  }
  Int128 total = days + carry;
  if (total > kMaxDeltaDays || total < -kMaxDeltaDays) {
    return std::nullopt;
  }
  return TimeDelta{static_cast<int64_t>(total),
                   static_cast<int64_t>(microseconds - carry * kMicrosPerDay)};
}

Int128 total_micros(const TimeDelta& delta) {
  return static_cast<Int128>(delta.days) * kMicrosPerDay + delta.microseconds;
}

std::string iso_text(const Date& date) {
  return fmt::format("{:04d}-{:02d}-{:02d}", date.year, date.month, date.day);
}

std::string iso_text(const Time& time) {
  return fmt::format("{:02d}:{:02d}:{:02d}", time.hour, time.minute, time.second) +
         micro_text(time.microsecond);
}

std::string offset_text(const std::optional<int>& offset, bool colon) {
  if (!offset) {
    return "";
  }
  int seconds = std::abs(*offset);
  std::string text = fmt::format("{}{:02d}{}{:02d}", *offset < 0 ? '-' : '+', seconds / 3600,
                                 colon ? ":" : "", seconds / 60 % 60);
  if (seconds % 60) {
    text += fmt::format("{}{:02d}", colon ? ":" : "", seconds % 60);
  }
  return text;
}

std::string iso_text(const DateTime& moment, char separator) {
  return iso_text(moment.date) + separator + iso_text(moment.time) + offset_text(moment.utc_offset);
}

std::string delta_text(const TimeDelta& delta) {
  std::string text;
  if (delta.days != 0) {
    text = fmt::format("{} day{}, ", delta.days, std::abs(delta.days) == 1 ? "" : "s");
  }
  int64_t seconds = delta.microseconds / kMicrosPerSecond;
  return text + fmt::format("{}:{:02d}:{:02d}", seconds / 3600, seconds / 60 % 60, seconds % 60) +
         micro_text(delta.microseconds % kMicrosPerSecond);
}

std::string repr_of(const Date& date) {
  return fmt::format("datetime.date({}, {}, {})", date.year, date.month, date.day);
}

std::string repr_of(const Time& time) {
  return fmt::format("datetime.time({})", clock_arguments(time));
}

std::string repr_of(const DateTime& moment) {
  std::string zone;
  if (moment.utc_offset) {
    if (moment.zone == "UTC" && *moment.utc_offset == 0) {
      zone = ", tzinfo=datetime.timezone.utc";
    } else {
      std::string delta = repr_of(*make_delta(0, *moment.utc_offset * kMicrosPerSecond));
      zone = *moment.utc_offset == 0 ? ", tzinfo=datetime.timezone.utc"
                                     : ", tzinfo=datetime.timezone(" + delta + ")";
    }
  }
  return fmt::format("datetime.datetime({}, {}, {}, {}{})", moment.date.year, moment.date.month,
                     moment.date.day, clock_arguments(moment.time), zone);
}

std::string repr_of(const TimeDelta& delta) {
  std::string fields;
  auto add = [&fields](std::string_view name, int64_t n) {
    if (n != 0) {
      fields += fmt::format("{}{}={}", fields.empty() ? "" : ", ", name, n);
    }
  };
  add("days", delta.days);
  add("seconds", delta.microseconds / kMicrosPerSecond);
  add("microseconds", delta.microseconds % kMicrosPerSecond);
  return "datetime.timedelta(" + (fields.empty() ? "0" : fields) + ")";
}

std::optional<Date> parse_date(std::string_view text) {
  std::optional<Date> date = take_date(text);
  return text.empty() ? date : std::nullopt;
}

std::optional<Time> parse_time(std::string_view text) {
  take(text, 'T');
  std::optional<Time> time = take_clock(text);
  return text.empty() ? time : std::nullopt;
}

std::optional<DateTime> parse_date_time(std::string_view text) {
  DateTime moment;
  std::optional<Date> date = take_date(text);
  if (!date) {
    return std::nullopt;
  }
  moment.date = *date;
  if (text.empty()) {
    return moment;
  }
  // Any one character stands between date and time.
  text.remove_prefix(1);
  std::optional<Time> time = take_clock(text);
  if (!time) {
    return std::nullopt;
  }
  moment.time = *time;
  if (text == "Z") {
    moment.utc_offset = 0;
    moment.zone = "UTC";
    return moment;
  }
  bool is_east = take(text, '+');
  if (is_east || take(text, '-')) {
    std::optional<Time> offset = take_clock(text);
    if (!offset) {
      return std::nullopt;
    }
    int seconds = static_cast<int>(micros_of_day(*offset) / kMicrosPerSecond);
    moment.utc_offset = is_east ? seconds : -seconds;
    if (seconds == 0) {
      moment.zone = "UTC";
    }
  }
  return text.empty() ? std::optional(moment) : std::nullopt;
}

}  // namespace weft::jinja
