// Calendar arithmetic and texts of date, time, datetime and timedelta.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jinja/value.h"

namespace weft::jinja {

__extension__ using Int128 = __int128;

inline constexpr int64_t kMicrosPerSecond = 1000000;
inline constexpr int64_t kMicrosPerDay = 86400 * kMicrosPerSecond;

/// Days since 0001-01-01, which is day 1 (date.toordinal).
int64_t to_ordinal(const Date& date);
/// Nothing outside of the years 1 to 9999.
std::optional<Date> from_ordinal(int64_t ordinal);
bool is_leap_year(int year);
int days_in_month(int year, int month);
bool is_valid_date(const Date& date);
bool is_valid_time(const Time& time);
/// 0 for Monday.
int weekday(const Date& date);
/// 1 for the first of January.
int day_of_year(const Date& date);
struct IsoWeek {
  int year, week, weekday;
};
IsoWeek iso_week(const Date& date);

/// Microseconds since midnight.
int64_t micros_of_day(const Time& time);
Time time_from_micros(int64_t micros);
/// Microseconds since 0001-01-01 in local fields, without the offset.
int64_t local_micros(const DateTime& moment);
/// The moment with other fields; nothing outside of the years 1 to 9999.
std::optional<DateTime> with_local_micros(const DateTime& moment, int64_t micros);
/// The same with the offset taken off, for comparisons of aware values.
int64_t utc_micros(const DateTime& moment);

/// Normalised; nothing beyond 999999999 days.
std::optional<TimeDelta> make_delta(int64_t days, Int128 microseconds);
Int128 total_micros(const TimeDelta& delta);

std::string iso_text(const Date& date);
/// With microseconds when there are any.
std::string iso_text(const Time& time);
std::string iso_text(const DateTime& moment, char separator = 'T');
/// "+02:00"; empty for a naive value.
std::string offset_text(const std::optional<int>& offset, bool colon = true);
std::string delta_text(const TimeDelta& delta);
std::string repr_of(const Date& date);
std::string repr_of(const Time& time);
std::string repr_of(const DateTime& moment);
std::string repr_of(const TimeDelta& delta);

/// fromisoformat of Python 3.11, for the forms with all of the date and the time in hh:mm[:ss[.f]].
std::optional<Date> parse_date(std::string_view text);
std::optional<Time> parse_time(std::string_view text);
std::optional<DateTime> parse_date_time(std::string_view text);

/// strftime in the C locale. A Date has midnight, a Time has 1900-01-01.
std::string format_moment(std::string_view format, const DateTime& moment);

}  // namespace weft::jinja
