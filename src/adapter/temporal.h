// Dates and datetimes as seeds write them: the forms that dbt's table reader accepts, and no
// others.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::adapter {

struct Temporal {
  int year = 1, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, microsecond = 0;
  /// Minutes east of UTC.
  std::optional<int> offset_minutes;

  /// "2026-01-31".
  std::string date_text() const;
  /// "2026-01-31 12:30:00", with fraction and "+02:00" when there are any.
  std::string date_time_text() const;
};

// All below take stripped text and give nothing for what Python would refuse.

/// strptime with "%Y-%m-%d".
std::optional<Temporal> parse_plain_date(std::string_view text);
/// strptime with "%Y-%m-%d %H:%M:%S".
std::optional<Temporal> parse_plain_date_time(std::string_view text);
/// ISO 8601 with a T between date and time, in the basic, extended, week and ordinal forms.
std::optional<Temporal> parse_iso_date_time(std::string_view text);

}  // namespace weft::adapter
