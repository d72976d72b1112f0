#include "base/local_time.h"

#include <ctime>

namespace weft::base {

int local_offset_minutes(int year, int month, int day, int hour, int minute, int second) {
  std::tm local{};
  local.tm_year = year - 1900;
  local.tm_mon = month - 1;
  local.tm_mday = day;
  local.tm_hour = hour;
  local.tm_min = minute;
  local.tm_sec = second;
  local.tm_isdst = -1;
  std::mktime(&local);
  return static_cast<int>(local.tm_gmtoff / 60);
}

}  // namespace weft::base
